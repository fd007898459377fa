package dev.lakebase.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.fake.Crowd;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.local.faults.ConnectionFault;
import dev.lakebase.local.faults.Stage;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.PgConnection;

/** Real TLS, real signed tokens, real PostgreSQL. */
@Timeout(120)
class LakebaseLocalTest {
    private static final String ALIVE_BYPASS = "com.zaxxer.hikari.aliveBypassWindowMs";

    private static LakebaseLocal local;

    @BeforeAll
    static void start() {
        local = LakebaseLocal.start();
    }

    @AfterAll
    static void stop() {
        local.close();
    }

    @Test
    void theEnvironmentIsEnough() throws Exception {
        try (LakebaseDataSource dataSource = LakebaseDataSource.fromEnvironment(local.environment());
                Connection connection = dataSource.getConnection()) {
            assertThat(text(connection, "SELECT current_user")).isEqualTo(local.user());
            assertThat(text(connection, "SELECT current_database()")).isEqualTo("databricks_postgres");
        }
    }

    @Test
    void theEndpointsNameIsEnoughForAClient() throws Exception {
        try (LakebaseClient client = client();
                LakebaseDataSource dataSource = LakebaseDataSource.builder()
                        .client(client)
                        .branch("projects/local/branches/production")
                        .sslRootCert(local.caCertificate())
                        .applicationName("orders")
                        .connectionProperty("options", "-c statement_timeout=7s")
                        .build();
                Connection connection = dataSource.getConnection()) {
            assertThat(text(connection, "SELECT current_user")).isEqualTo(local.user());
            assertThat(text(connection, "SHOW application_name")).isEqualTo("orders");
            assertThat(text(connection, "SHOW statement_timeout")).isEqualTo("7s");
        }
    }

    @Test
    void aServicePrincipalIsItsClientId() throws Exception {
        Map<String, String> environment = new HashMap<>(local.environment());
        environment.keySet().removeAll(List.of("DATABRICKS_TOKEN", "PGUSER"));
        environment.put("DATABRICKS_CLIENT_ID", local.clientId());
        environment.put("DATABRICKS_CLIENT_SECRET", local.clientSecret());
        try (LakebaseDataSource dataSource = LakebaseDataSource.fromEnvironment(environment);
                Connection connection = dataSource.getConnection()) {
            assertThat(text(connection, "SELECT current_user")).isEqualTo(local.clientId());
        }
    }

    @Test
    void sixtyFourFirstBorrowersAreServed() throws Exception {
        try (LakebaseDataSource dataSource = LakebaseDataSource.fromEnvironment(local.environment());
                Crowd crowd = new Crowd(64)) {
            for (Future<Void> each : crowd.borrowAtOnce(dataSource)) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
    }

    /** HikariCP asks its first connection what all others are like. */
    @Test
    void aFirstConnectionThatIsLostBeforeThePoolHasItSpoilsNothing() throws Exception {
        try (var injected = local.faults().inject(ConnectionFault.terminated().times(1));
                LakebaseDataSource dataSource = LakebaseDataSource.fromEnvironment(local.environment())) {
            for (int borrow = 0; borrow < 3; borrow++) {
                try (Connection connection = dataSource.getConnection()) {
                    assertThat(text(connection, "SELECT 1")).isEqualTo("1");
                    assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
                    assertThat(connection.unwrap(Connection.class)).isInstanceOf(PGConnection.class);
                    dataSource.evictConnection(connection);
                }
            }
            assertThat(injected.strikes()).isEqualTo(1);
        }
    }

    /** All of a pool is in use and lost at once: HikariCP by itself makes no connection for those who wait already. */
    @Test
    void whoWaitsForAConnectionThatBreaksGetsAnotherOne() throws Exception {
        try (LakebaseDataSource dataSource = LakebaseDataSource.builder()
                        .environment(local.environment())
                        .maximumPoolSize(2)
                        .build();
                Crowd waiting = new Crowd(4)) {
            List<Future<Void>> outcomes;
            try (Connection one = dataSource.getConnection();
                    Connection two = dataSource.getConnection()) {
                outcomes = waiting.borrowAtOnce(dataSource);
                Crowd.await(() -> dataSource.getHikariPoolMXBean().getThreadsAwaitingConnection() == 4);
                Crowd.await(() -> adderIsIn("getTask", dataSource));
                assertThat(dataSource.getMinimumIdle())
                        .as("counted by HikariCP")
                        .isEqualTo(4);
                local.suspend(local.endpoint());
                for (Connection lost : List.of(one, two)) {
                    assertThatThrownBy(() -> text(lost, "SELECT 1")).isInstanceOf(SQLException.class);
                }
            }
            for (Future<Void> each : outcomes) {
                each.get(10, TimeUnit.SECONDS);
            }
            assertThat(dataSource.getMinimumIdle()).isZero();
        }
    }

    /** HikariCP's thread that makes connections: in {@code getTask} it has nothing left to do. */
    private static boolean adderIsIn(String method, LakebaseDataSource dataSource) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(each -> each.getKey().getName().equals(dataSource.getPoolName() + ":connection-adder"))
                .flatMap(each -> Stream.of(each.getValue()))
                .anyMatch(frame -> frame.getMethodName().equals(method));
    }

    @Test
    void whoWaitsForAConnectionHearsAtOnceThatThePoolIsClosed() throws Exception {
        try (LakebaseDataSource dataSource = LakebaseDataSource.builder()
                        .environment(local.environment())
                        .maximumPoolSize(1)
                        .build();
                Crowd waiting = new Crowd(4);
                Connection only = dataSource.getConnection()) {
            List<Future<Void>> outcomes = waiting.borrowAtOnce(dataSource);
            Crowd.await(() -> dataSource.getHikariPoolMXBean().getThreadsAwaitingConnection() == 4);
            assertThat(only.isValid(5)).isTrue();
            dataSource.close();
            for (Future<Void> each : outcomes) {
                assertThatThrownBy(() -> each.get(10, TimeUnit.SECONDS)).cause().hasMessageContaining("is closed");
            }
        }
    }

    /** HikariCP would look at it for 5 s, whatever its borrower's deadline is. */
    @Test
    void aConnectionThatHasFallenSilentLeavesItsBorrowerTimeForAnother() throws Exception {
        System.setProperty(ALIVE_BYPASS, "-1"); // it looks at once
        try (LakebaseDataSource dataSource = LakebaseDataSource.builder()
                .environment(local.environment())
                .connectionTimeout(Duration.ofSeconds(4))
                .build()) {
            dataSource.getConnection().close();
            try (var silence =
                    local.faults().inject(ConnectionFault.silence(Stage.QUERY).times(1))) {
                dataSource.getConnection().close();
                assertThat(silence.strikes()).isOne();
            }
        } finally {
            System.clearProperty(ALIVE_BYPASS);
        }
    }

    /** HikariCP fills the pool up to minimumIdle by itself, and rests twice as long after each failure. */
    @Test
    void theFirstBorrowAfterAnOutageDoesNotWaitUntilHikariCpTriesAgain() throws Exception {
        try (LakebaseDataSource dataSource = LakebaseDataSource.builder()
                .environment(local.environment())
                .hikari(hikari -> hikari.setMinimumIdle(1))
                .build()) {
            dataSource.getConnection().close();
            try (var outage = local.faults().inject(ConnectionFault.tokensRejected())) {
                dataSource.getHikariPoolMXBean().softEvictConnections();
                // the second login failed 1.3 s after the first: at 2.6 s HikariCP asks again, in vain, and then at 5.1
                // s
                assertThat(outage.awaitStrikes(4, Duration.ofSeconds(20))).isTrue();
            }
            Duration served = null;
            while (served == null) { // until 3.3 s the failure is remembered
                long start = System.nanoTime();
                try (Connection connection = dataSource.getConnection()) {
                    served = Duration.ofNanos(System.nanoTime() - start);
                } catch (SQLInvalidAuthorizationSpecException e) {
                    Thread.onSpinWait();
                }
            }
            assertThat(served).isLessThan(Duration.ofMillis(1500));
        }
    }

    @Test
    void afterAFirstConnectionThatIsLostAndALoginThatFailsConnectionsAreWhatTheyWere() throws Exception {
        try (LakebaseDataSource dataSource = LakebaseDataSource.fromEnvironment(local.environment())) {
            try (var lost = local.faults().inject(ConnectionFault.terminated().times(1));
                    var rejected = local.faults()
                            .inject(ConnectionFault.tokensRejected().skip(1).times(2))) {
                assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLInvalidAuthorizationSpecException.class);
                assertThat(lost.strikes() + rejected.strikes()).isEqualTo(3);
            }
            Crowd.await(() -> Crowd.canBorrow(dataSource));
            try (Connection connection = dataSource.getConnection()) {
                assertThat(connection.unwrap(Connection.class)).isInstanceOf(PgConnection.class);
            }
        }
    }

    @Test
    void aTokenForOneUserDoesNotLogInAsAnotherAndAllBorrowersHearIt() throws Exception {
        Map<String, String> environment = new HashMap<>(local.environment());
        environment.put("PGUSER", local.clientId()); // a role that exists, and is not ours
        try (LakebaseDataSource dataSource = LakebaseDataSource.fromEnvironment(environment);
                Crowd crowd = new Crowd(64)) {
            for (Future<Void> each : crowd.borrowAtOnce(dataSource)) {
                assertThatThrownBy(() -> each.get(20, TimeUnit.SECONDS))
                        .cause()
                        .isInstanceOf(SQLInvalidAuthorizationSpecException.class)
                        .hasMessageContaining(local.clientId())
                        .hasMessageContaining("2 logins in ")
                        .extracting(e -> ((SQLException) e).getSQLState())
                        .isIn("28P01", "28000");
            }
        }
    }

    @Test
    void aRoleThatDoesNotExistIsNamed() {
        Map<String, String> environment = new HashMap<>(local.environment());
        environment.put("PGUSER", "nobody@example.com");
        try (LakebaseDataSource dataSource = LakebaseDataSource.fromEnvironment(environment)) {
            assertThatThrownBy(dataSource::getConnection)
                    .isInstanceOf(SQLInvalidAuthorizationSpecException.class)
                    .hasMessageContaining("nobody@example.com");
        }
    }

    @Test
    void anUnknownDatabaseIsNotRetried() {
        Map<String, String> environment = new HashMap<>(local.environment());
        environment.put("PGDATABASE", "no_such_database");
        try (LakebaseDataSource dataSource = LakebaseDataSource.fromEnvironment(environment)) {
            assertThatThrownBy(dataSource::getConnection)
                    .hasMessageContaining("no_such_database")
                    .hasMessageContaining("1 login in ")
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("3D000");
        }
    }

    @Test
    void aSuspendedComputeIsWokenByTheNextBorrow() throws Exception {
        // HikariCP hands out unchecked what it handed out less than 500 ms ago; nobody's compute falls asleep so fast
        System.setProperty(ALIVE_BYPASS, "0");
        try (LakebaseClient client = client()) {
            EndpointName endpoint = branch(client, "sleeper");
            try (LakebaseDataSource dataSource = LakebaseDataSource.builder()
                    .client(client)
                    .endpoint(endpoint)
                    .sslRootCert(local.caCertificate())
                    .build()) {
                try (Connection connection = dataSource.getConnection();
                        Statement statement = connection.createStatement()) {
                    statement.execute("CREATE TABLE kept AS SELECT 42 AS answer");
                }
                for (int round = 0; round < 3; round++) {
                    local.suspend(endpoint.toString());
                    try (Connection connection = dataSource.getConnection()) {
                        assertThat(text(connection, "SELECT answer FROM kept")).isEqualTo("42");
                    }
                }
            }
        } finally {
            System.clearProperty(ALIVE_BYPASS);
        }
    }

    @Test
    void theHostOfAnotherEndpointIsRefused() throws Exception {
        try (LakebaseClient client = client()) {
            EndpointName other = branch(client, "other");
            String host = client.endpoints().get(other).host();
            int port = client.endpoints().get(other).port();
            try (LakebaseDataSource dataSource = LakebaseDataSource.builder()
                    .client(client)
                    .endpoint(local.endpoint())
                    .host(String.valueOf(host))
                    .port(port)
                    .sslRootCert(local.caCertificate())
                    .build()) {
                assertThatThrownBy(dataSource::getConnection).hasMessageContaining("does not belong to");
            }
        }
    }

    @Test
    void withoutItsAuthorityTheGatewayIsNotTrusted() {
        try (LakebaseClient client = client();
                LakebaseDataSource dataSource = LakebaseDataSource.builder()
                        .client(client)
                        .endpoint(local.endpoint())
                        .environment(Map.of())
                        .build()) {
            assertThatThrownBy(dataSource::getConnection).hasMessageContaining("did not prove its identity");
        }
    }

    @Test
    void aNativePasswordLogsInWithoutThePlatform() throws Exception {
        try (LakebaseDataSource admin = LakebaseDataSource.fromEnvironment(local.environment());
                Connection connection = admin.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE app_native LOGIN PASSWORD 'native-secret-1'");
        }
        Map<String, String> environment = local.environment();
        try (LakebaseDataSource dataSource = LakebaseDataSource.builder()
                        .environment(Map.of())
                        .host(environment.get("PGHOST"))
                        .port(Integer.parseInt(environment.get("PGPORT")))
                        .user("app_native")
                        .password("native-secret-1")
                        .sslRootCert(Path.of(environment.get("PGSSLROOTCERT")))
                        .build();
                Connection connection = dataSource.getConnection()) {
            assertThat(text(connection, "SELECT current_user")).isEqualTo("app_native");
        }
    }

    private static EndpointName branch(LakebaseClient client, String id) {
        client.branches(local.project())
                .create(id, spec -> spec.from("production").expiresIn(Duration.ofHours(1)))
                .await(Duration.ofMinutes(1));
        return EndpointName.parse("projects/" + local.project() + "/branches/" + id + "/endpoints/primary");
    }

    private static LakebaseClient client() {
        return LakebaseClient.builder()
                .host(local.host().toString())
                .token(local.token())
                .build();
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
