package dev.lakebase.local;

import static dev.lakebase.local.Eventually.eventually;
import static dev.lakebase.local.Pg.execute;
import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;

/** The rules of computes: of two types, of several sizes, asleep, disabled, behind a pooler. */
class ComputeTest {
    private static final AtomicReference<Duration> AHEAD = new AtomicReference<>(Duration.ZERO);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String PRODUCTION = "projects/local/branches/production";
    private static LakebaseLocal local;
    private static Rest rest;

    @BeforeAll
    static void start() throws SQLException {
        local = LakebaseLocal.builder()
                .clock(() -> Instant.now().plus(AHEAD.get()))
                .start();
        rest = new Rest(local);
        try (var owner = Pg.connect(local, local.endpoint())) {
            execute(owner, "create table item (n int); insert into item values (1)");
        }
    }

    @AfterAll
    static void close() {
        local.close();
    }

    private static String createReader(String id) {
        Rest.Answer done = rest.await(rest.post(PRODUCTION + "/endpoints?endpoint_id=" + id, """
                {"spec": {"endpoint_type": "ENDPOINT_TYPE_READ_ONLY"}}"""));
        assertThat(done.json().path("error").isMissingNode())
                .as(done.json().toString())
                .isTrue();
        return PRODUCTION + "/endpoints/" + id;
    }

    private static void patch(String endpoint, String mask, String spec) {
        rest.await(rest.call("PATCH", endpoint + "?update_mask=" + mask, "{\"spec\": " + spec + "}"));
    }

    private static String state(String endpoint) {
        return rest.get(endpoint).expect(200).text("/status/current_state");
    }

    private static int port(String endpoint, String host) {
        String value = rest.get(endpoint).expect(200).text("/status/hosts/" + host);
        return Integer.parseInt(value.substring(value.indexOf(':') + 1));
    }

    @Test
    void readOnlyEndpointShowsTheBranchAsItIsAndRefusesWrites() throws SQLException {
        String endpoint = createReader("reads");
        assertThat(port(endpoint, "read_only_host"))
                .isEqualTo(port(endpoint, "host"))
                .isNotEqualTo(port(local.endpoint(), "host"));
        try (var reader = Pg.connect(local, endpoint);
                var writer = Pg.connect(local, local.endpoint())) {
            execute(writer, "create table fresh (n int)");
            for (int i = 0; i < 20; i++) {
                execute(writer, "insert into fresh values (1)");
                assertThat(query(reader, "select count(*) from fresh")).isEqualTo(Integer.toString(i + 1));
            }
            for (String sql : List.of(
                    "insert into fresh values (1)",
                    "set transaction read write",
                    "create temporary table t (n int)",
                    "drop table fresh")) {
                assertThatThrownBy(() -> execute(reader, sql)).isInstanceOf(SQLException.class);
            }
            assertThat(query(writer, "select count(*) from fresh")).isEqualTo("20");
            execute(writer, "drop table fresh");
        }
    }

    @Test
    void readOnlyEndpointSleepsWakesAndIsDisabledOnItsOwn() throws Exception {
        String endpoint = createReader("sleeper");
        Pg.connect(local, endpoint).close();
        assertThat(state(endpoint)).isEqualTo("ACTIVE");
        try (var busy = Pg.connect(local, local.endpoint())) {
            busy.setAutoCommit(false);
            query(busy, "select 1");
            AHEAD.updateAndGet(Duration.ofSeconds(301)::plus);
            eventually(LONG, () -> assertThat(state(endpoint)).isEqualTo("IDLE"));
            assertThat(state(local.endpoint())).isEqualTo("ACTIVE");
        }
        try (var reader = Pg.connect(local, endpoint)) {
            assertThat(query(reader, "select count(*) from item")).isEqualTo("1");
            patch(endpoint, "spec.disabled", "{\"disabled\": true}");
            assertThatThrownBy(() -> query(reader, "select 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57P01"));
        }
        PSQLException refusal = catchThrowableOfType(
                PSQLException.class, () -> Pg.connect(local, endpoint).close());
        assertThat(refusal.getSQLState()).isEqualTo("57P03");
        assertThat((Throwable) refusal).hasMessageContaining("the endpoint is disabled");
        Pg.connect(local, local.endpoint()).close();
        patch(endpoint, "spec.disabled", "{\"disabled\": false}");
        Pg.connect(local, endpoint).close();
    }

    @Test
    void readOnlyEndpointServesWhileThePrimarySleepsAndFollowsItAgain() throws Exception {
        String endpoint = createReader("lonely");
        try (var reader = Pg.connect(local, endpoint)) {
            try (var writer = Pg.connect(local, local.endpoint())) {
                execute(writer, "create table later (n int); insert into later values (1)");
            }
            local.suspend(local.endpoint());
            assertThat(query(reader, "select count(*) from later")).isEqualTo("1");
            assertThat(state(local.endpoint())).as("reading wakes nobody").isEqualTo("IDLE");
            try (var writer = Pg.connect(local, local.endpoint())) {
                execute(writer, "insert into later values (2)");
                assertThat(query(reader, "select count(*) from later")).isEqualTo("2");
                execute(writer, "drop table later");
            }
        }
    }

    @Test
    void deletedReadOnlyEndpointListensNoMoreAndLeavesNoProcess() throws Exception {
        String endpoint = createReader("gone");
        int port = port(endpoint, "host");
        Pg.connect(local, endpoint).close();
        long processes = servers();
        rest.await(rest.delete(endpoint));
        rest.get(endpoint).expect(404);
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(ConnectException.class);
        eventually(LONG, () -> assertThat(servers()).isLessThan(processes));
    }

    private static long servers() {
        return ProcessHandle.current().descendants().count();
    }

    @Test
    void poolerRefusesTokensAndTakesNativePasswords() throws Exception {
        try (var owner = Pg.connect(local, local.endpoint())) {
            execute(owner, "create role pooled_app login password 'swordfish'");
        }
        int pooler = port(local.endpoint(), "read_write_pooled_host");
        String token = rest.credential(local.endpoint());
        for (String password : List.of(token, local.token())) {
            PSQLException refusal = catchThrowableOfType(
                    PSQLException.class,
                    () -> Pg.connect(local, pooler, local.user(), password).close());
            assertThat(refusal.getSQLState()).isEqualTo("28P01");
            assertThat((Throwable) refusal)
                    .hasMessageContaining("does not accept OAuth tokens")
                    .hasMessageContaining("hosts.host")
                    .hasMessageNotContaining(password);
        }
        try (var connection = Pg.connect(local, pooler, "pooled_app", "swordfish")) {
            assertThat(query(connection, "select current_user")).isEqualTo("pooled_app");
        }
    }

    @ParameterizedTest
    @CsvSource({"0.5, 104", "1, 209", "4, 839", "8, 1678", "32, 4000"})
    void sizeDecidesAboutMaxConnections(double units, String connections) throws SQLException {
        patch(
                local.endpoint(),
                "spec.autoscaling_limit_min_cu,spec.autoscaling_limit_max_cu",
                "{\"autoscaling_limit_min_cu\": 0.5, \"autoscaling_limit_max_cu\": " + units + "}");
        try (var connection = Pg.connect(local, local.endpoint())) {
            assertThat(query(connection, "show max_connections")).isEqualTo(connections);
        }
    }

    @Test
    void connectionTooManyIs53300UntilOneIsClosed() throws SQLException {
        rest.createBranch("small", "production");
        String endpoint = "projects/local/branches/small/endpoints/primary";
        patch(
                endpoint,
                "spec.autoscaling_limit_min_cu,spec.autoscaling_limit_max_cu",
                "{\"autoscaling_limit_min_cu\": 0.5, \"autoscaling_limit_max_cu\": 0.5}");
        int port = port(endpoint, "host");
        String token = rest.credential(endpoint);
        var open = new ArrayList<Connection>();
        try {
            open.add(Pg.connect(local, port, local.user(), token));
            int room = Integer.parseInt(query(open.get(0), """
                    select sum(setting::int * case name when 'max_connections' then 1 else -1 end) from pg_settings
                    where name in ('max_connections', 'superuser_reserved_connections', 'reserved_connections')"""));
            assertThat(room).isBetween(95, 104);
            while (open.size() < room) {
                // the gateway looks the roles up, in a connection of its own for a moment
                eventually(LONG, () -> open.add(Pg.connect(local, port, local.user(), token)));
            }
            // more at once than there are connections kept for those look-ups
            var states = new ArrayList<CompletableFuture<String>>();
            for (int i = 0; i < 24; i++) {
                states.add(CompletableFuture.supplyAsync(() -> stateOf(port, token), task -> new Thread(task).start()));
            }
            assertThat(states).extracting(CompletableFuture::join).containsOnly("53300");
            open.remove(0).close();
            eventually(LONG, () -> open.add(Pg.connect(local, port, local.user(), token)));
        } finally {
            for (Connection connection : open) {
                connection.close();
            }
            rest.deleteBranch("small");
        }
    }

    private static String stateOf(int port, String token) {
        try (var connection = Pg.connect(local, port, local.user(), token)) {
            return "logged in";
        } catch (SQLException e) {
            return String.valueOf(e.getSQLState());
        }
    }

    @Test
    void recreatedBranchHasANewHost() {
        rest.createBranch("again", "production");
        String endpoint = "projects/local/branches/again/endpoints/primary";
        String first = rest.get(endpoint).text("/status/hosts/host");
        String firstUid = rest.get(endpoint).text("/uid");
        rest.deleteBranch("again");
        rest.createBranch("again", "production");
        assertThat(rest.get(endpoint).text("/status/hosts/host")).isNotEqualTo(first);
        assertThat(rest.get(endpoint).text("/uid")).isNotEqualTo(firstUid);
        rest.deleteBranch("again");
    }
}
