package dev.lakebase.local;

import static dev.lakebase.local.Eventually.eventually;
import static dev.lakebase.local.Pg.execute;
import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lakebase.local.faults.ConnectionFault;
import dev.lakebase.local.faults.Fault;
import dev.lakebase.local.faults.InjectedFault;
import dev.lakebase.local.faults.ServerCertificate;
import dev.lakebase.local.faults.Stage;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateExpiredException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.Driver;
import org.postgresql.util.PSQLException;

/** What pgjdbc sees of each fault of a login or a session. */
class ConnectionFaultTest {
    private static final AtomicReference<Duration> AHEAD = new AtomicReference<>(Duration.ZERO);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static LakebaseLocal local;
    private static Rest rest;
    private static int port;

    @BeforeAll
    static void start() throws SQLException {
        local = LakebaseLocal.builder()
                .clock(() -> Instant.now().plus(AHEAD.get()))
                .start();
        rest = new Rest(local);
        port = rest.gatewayPort(local.endpoint());
        try (var connection = connect()) {
            execute(connection, "create table account (balance int); insert into account values (100)");
        }
    }

    @AfterAll
    static void close() {
        local.close();
    }

    @AfterEach
    void clear() {
        local.faults().clear();
    }

    private static InjectedFault inject(Fault fault) {
        return local.faults().inject(fault);
    }

    private static Connection connect() throws SQLException {
        return Pg.connect(local, local.endpoint());
    }

    private static SQLException refused() {
        return catchThrowableOfType(SQLException.class, () -> connect().close());
    }

    private static Throwable root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    @Test
    void nobodyListensUntilItIsClearedAndOpenSessionsGoOn() throws Exception {
        try (var open = connect()) {
            var fault = inject(ConnectionFault.refused());
            assertThat(root(refused())).isInstanceOf(ConnectException.class).hasMessageContaining("refused");
            assertThat(query(open, "select 1")).isEqualTo("1");
            fault.clear();
            connect().close();
            assertThat(query(open, "select 2")).isEqualTo("2");
        }
    }

    @Test
    void refusalEndsByTheRunsClock() throws Exception {
        inject(ConnectionFault.refused().during(Duration.ofMinutes(1)));
        assertThat(refused().getSQLState()).isEqualTo("08001");
        AHEAD.updateAndGet(Duration.ofMinutes(1)::plus);
        eventually(LONG, () -> connect().close());
    }

    @Test
    void portThatIsRefusedIsNotGivenToAnybodyElse() throws Exception {
        inject(ConnectionFault.refused());
        try (var socket = new Socket()) {
            assertThatThrownBy(
                            () -> socket.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
                    .isInstanceOf(SocketException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"CONNECT", "TLS", "PASSWORD"})
    void loginIsReset(Stage stage) throws Exception {
        var fault = inject(ConnectionFault.reset(stage).times(1));
        SQLException refusal = refused();
        assertThat(refusal.getSQLState()).isIn("08001", "08006");
        assertThat(root(refusal)).isInstanceOfAny(SocketException.class, java.io.EOFException.class);
        assertThat(fault.strikes()).isEqualTo(1);
        connect().close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"CONNECT", "TLS", "PASSWORD"})
    void silentLoginEndsByTheClientsTimeoutOnly(Stage stage) throws Exception {
        Properties properties = Pg.properties(local, local.user(), rest.credential(local.endpoint()));
        properties.setProperty("socketTimeout", "1");
        properties.setProperty("connectTimeout", "1"); // pgjdbc's limit of the TLS handshake too
        var fault = inject(ConnectionFault.silence(stage));
        assertThatThrownBy(() -> new Driver()
                        .connect("jdbc:postgresql://localhost:" + port + "/databricks_postgres", properties))
                .hasRootCauseInstanceOf(SocketTimeoutException.class);
        assertThat(fault.strikes()).isGreaterThanOrEqualTo(1);
    }

    @Test
    void clearingClosesSilentConnections() throws Exception {
        var fault = inject(ConnectionFault.silence(Stage.PASSWORD));
        var login = CompletableFuture.supplyAsync(ConnectionFaultTest::refused);
        assertThat(fault.awaitStrikes(1, LONG)).isTrue();
        assertThat(login).isNotDone();
        local.faults().clear();
        assertThat(login.get(30, TimeUnit.SECONDS).getSQLState()).startsWith("08");
    }

    @Test
    void goodTokensAreRejectedForAWhileAndNativePasswordsAreNot() throws Exception {
        try (var admin = connect()) {
            execute(admin, "create role native_one login password 'secret word'");
        }
        inject(ConnectionFault.tokensRejected().times(2));
        assertThat(refused().getSQLState()).isEqualTo("28P01");
        Pg.connect(local, port, "native_one", "secret word").close();
        assertThat(refused().getSQLState()).isEqualTo("28P01");
        connect().close();
    }

    @Test
    void externalAuthorizationFailsOnFreshBranchesOnly() throws Exception {
        inject(ConnectionFault.authorizationFailed(Duration.ofSeconds(60)));
        AHEAD.updateAndGet(Duration.ofMinutes(2)::plus); // production is old enough now
        rest.createBranch("fresh", "production");
        String endpoint = "projects/local/branches/fresh/endpoints/primary";
        connect().close();
        PSQLException refusal = catchThrowableOfType(
                PSQLException.class, () -> Pg.connect(local, endpoint).close());
        assertThat(refusal.getSQLState()).isEqualTo("28000");
        assertThat((Throwable) refusal).hasMessageContaining("External authorization failed");
        AHEAD.updateAndGet(Duration.ofSeconds(61)::plus);
        Pg.connect(local, endpoint).close();
    }

    @Test
    void tooManyConnectionsIs53300() throws Exception {
        inject(ConnectionFault.tooManyConnections().times(1));
        assertThat(refused().getSQLState()).isEqualTo("53300");
        connect().close();
    }

    @Test
    void faultOfOneEndpointSparesTheOthers() throws Exception {
        inject(ConnectionFault.tokensRejected().endpoint("projects/local/branches/elsewhere/endpoints/primary"));
        connect().close();
        inject(ConnectionFault.tokensRejected().endpoint(local.endpoint()));
        assertThat(refused().getSQLState()).isEqualTo("28P01");
    }

    @Test
    void wakingTakesLongerAndLoginsWaitForIt() throws Exception {
        var fault = inject(ConnectionFault.wakeDelay(Duration.ofMillis(400)));
        connect().close();
        assertThat(fault.strikes()).as("it is awake").isZero();
        local.suspend(local.endpoint());
        long start = System.nanoTime();
        connect().close();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(400));
        assertThat(fault.strikes()).isEqualTo(1);
    }

    @Test
    void loginsGet57P03WhileItWakesAndThenGetIn() throws Exception {
        inject(ConnectionFault.startingUp());
        var delay = inject(ConnectionFault.wakeDelay(LONG.multipliedBy(10)));
        local.suspend(local.endpoint());
        for (int i = 0; i < 3; i++) {
            PSQLException refusal = (PSQLException) refused();
            assertThat(refusal.getSQLState()).isEqualTo("57P03");
            assertThat((Throwable) refusal).hasMessageContaining("starting up");
        }
        assertThat(delay.awaitStrikes(1, LONG)).isTrue();
        delay.clear();
        eventually(LONG, () -> connect().close());
        assertThat(delay.strikes()).isEqualTo(1);
    }

    @Test
    void sessionIsTerminatedWith57P01AndItsTransactionIsRolledBack() throws Exception {
        try (var connection = connect()) {
            connection.setAutoCommit(false);
            execute(connection, "update account set balance = balance - 1");
            inject(ConnectionFault.terminated().whenSent("select").times(1));
            assertThatThrownBy(() -> query(connection, "select 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57P01"));
            assertThat(connection.isClosed()).isTrue();
        }
        try (var connection = connect()) {
            assertThat(query(connection, "select balance from account")).isEqualTo("100");
        }
    }

    @Test
    void statementIsNotDoneWhenTheConnectionIsResetAtTheQuery() throws Exception {
        try (var connection = connect()) {
            inject(ConnectionFault.reset(Stage.QUERY).whenSent("UPDATE ACCOUNT"));
            assertThat(query(connection, "select 1")).isEqualTo("1");
            assertThatThrownBy(() -> execute(connection, "update account set balance = 0"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08006"));
        }
        try (var connection = connect()) {
            assertThat(query(connection, "select balance from account")).isEqualTo("100");
        }
    }

    @Test
    void statementIsDoneWhenTheConnectionIsResetAtTheAnswer() throws Exception {
        try (var connection = connect()) {
            execute(connection, "create table note (text text)");
            inject(ConnectionFault.reset(Stage.ANSWER)
                    .whenSent("insert into note")
                    .times(1));
            assertThatThrownBy(() -> execute(connection, "insert into note values ('written')"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08006"));
        }
        try (var connection = connect()) {
            assertThat(query(connection, "select text from note")).isEqualTo("written");
            execute(connection, "drop table note");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"QUERY", "ANSWER"})
    void silentSessionEndsByTheClientsTimeoutOnly(Stage stage) throws Exception {
        try (var connection = connect()) {
            var fault = inject(ConnectionFault.silence(stage).whenSent("pg_sleep"));
            connection.setNetworkTimeout(Runnable::run, 700);
            assertThatThrownBy(() -> query(connection, "select pg_sleep(0)"))
                    .hasRootCauseInstanceOf(SocketTimeoutException.class);
            assertThat(fault.strikes()).isEqualTo(1);
        }
        eventually(
                LONG,
                () -> assertThat(Thread.getAllStackTraces().keySet())
                        .noneMatch(thread -> thread.getName().contains("/production/endpoints/primary session")));
    }

    @Test
    void clearingClosesASilentSession() throws Exception {
        try (var connection = connect()) {
            var fault = inject(ConnectionFault.silence(Stage.ANSWER).whenSent("pg_sleep"));
            var answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return query(connection, "select pg_sleep(0)");
                } catch (SQLException e) {
                    throw new CompletionException(e);
                }
            });
            assertThat(fault.awaitStrikes(1, LONG)).isTrue();
            assertThat(answer).isNotDone();
            fault.clear();
            assertThatThrownBy(() -> answer.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(SQLException.class);
        }
    }

    @Test
    void answerIsLateAndRight() throws Exception {
        try (var connection = connect()) {
            inject(ConnectionFault.latency(Stage.ANSWER, Duration.ofMillis(200)).whenSent("7"));
            inject(ConnectionFault.latency(Stage.QUERY, Duration.ofMillis(200)).whenSent("7"));
            long start = System.nanoTime();
            assertThat(query(connection, "select 7")).isEqualTo("7");
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(400));
        }
    }

    @Test
    void expiredCertificateIsRefusedByTheClient() {
        inject(ConnectionFault.certificate(ServerCertificate.EXPIRED));
        assertThat(root(refused())).isInstanceOf(CertificateExpiredException.class);
    }

    @Test
    void certificateOfAnotherHostIsRefusedByTheClient() {
        inject(ConnectionFault.certificate(ServerCertificate.WRONG_HOST));
        assertThat((Throwable) refused()).hasMessageContaining("could not be verified");
    }

    @Test
    void certificateOfAnUnknownAuthorityIsRefusedByTheClient() throws Exception {
        inject(ConnectionFault.certificate(ServerCertificate.UNKNOWN_AUTHORITY).times(1));
        assertThat((Throwable) refused()).hasStackTraceContaining("PKIX path");
        connect().close();
    }

    @Test
    void serverWithoutTlsLetsInWhoGoesOnInTheClear() throws Exception {
        inject(ConnectionFault.noTls());
        assertThat((Throwable) refused()).hasMessageContaining("does not support SSL");
        Properties careless = Pg.properties(local, local.user(), rest.credential(local.endpoint()));
        careless.setProperty("sslmode", "prefer");
        try (var connection =
                new Driver().connect("jdbc:postgresql://localhost:" + port + "/databricks_postgres", careless)) {
            assertThat(query(connection, "select 1")).isEqualTo("1");
        }
    }
}
