package dev.lakebase.jdbc.login;

import static dev.lakebase.jdbc.login.FakeControlPlane.ENDPOINT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lakebase.client.UnavailableException;
import dev.lakebase.jdbc.fake.Certificates;
import dev.lakebase.jdbc.fake.Crowd;
import dev.lakebase.jdbc.fake.FakePostgres;
import dev.lakebase.jdbc.fake.FakePostgres.Step;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ConnectorTest extends ScriptedLogins {
    private static final WakePolicy SOON =
            new WakePolicy(Duration.ofSeconds(20), Duration.ofMillis(1), Duration.ofMillis(5));

    @Test
    void logsInAsTheClientsIdentityWithItsToken() throws Exception {
        start(number -> new Step.LogIn());
        try (Connection connection = connector().getConnection()) {
            assertThat(connection.isValid(5)).isTrue();
            assertThat(connection.getMetaData().getURL()).doesNotContain("token-");
        }
        assertThat(server.users).containsExactly("me@example.com");
        assertThat(server.passwords).containsExactly("token-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"28P01", "28000"})
    void aTokenThatIsTurnedDownIsReplacedOnce(String sqlState) throws Exception {
        start(number -> new Step.LogIn());
        server.judge = (user, token) -> token.equals("token-1") ? new String[] {sqlState, "token revoked"} : null;
        connector().getConnection().close();
        assertThat(server.passwords).containsExactly("token-1", "token-2");
    }

    @Test
    void anIdentityThatIsTurnedDownTwiceIsNotTriedAgain() throws Exception {
        start(number -> new Step.LogIn());
        server.judge = (user, token) -> new String[] {"28000", "role \"me@example.com\" does not exist"};
        var failure = catchThrowableOfType(
                SQLInvalidAuthorizationSpecException.class, () -> connector().getConnection());
        assertThat(failure.getSQLState()).isEqualTo("28000");
        assertThat((Throwable) failure)
                .hasMessageContaining("role \"me@example.com\" does not exist")
                .hasMessageContaining("2 logins in ")
                .hasMessageContaining("user 'me@example.com' on localhost:" + server.port())
                .hasMessageContaining(ENDPOINT.toString())
                .hasMessageContaining("has a Postgres role on this branch")
                .hasMessageNotContaining("token-");
        assertThat(failure.getCause()).isInstanceOf(org.postgresql.util.PSQLException.class);
        assertThat(platform.mints).hasValue(2);
        assertThat(server.passwords).hasSize(2);
    }

    @Test
    void aWakingComputeIsTriedUntilItIsUp() throws Exception {
        start(number -> switch (number) {
            case 1 -> new Step.Fail("57P03", "the database system is starting up");
            case 2 -> new Step.Reset();
            case 3 -> new Step.Fail("57P01", "terminating connection due to administrator command");
            case 4 -> new Step.Fail("53300", "too many clients already");
            default -> new Step.LogIn();
        });
        connector().getConnection().close();
        assertThat(server.connections).hasValue(5);
        assertThat(platform.mints).hasValue(1);
    }

    @Test
    void aComputeThatRefusesConnectionsIsTriedUntilItListens() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        platform = new FakeControlPlane("localhost", port);
        var tries = new AtomicInteger();
        LakebaseConnector connector = close(builder()
                .guard(target -> {
                    if (tries.incrementAndGet() == 4) {
                        server = listen(port);
                    }
                })
                .build());
        connector.getConnection().close();
        assertThat(tries).hasValueGreaterThanOrEqualTo(4);
    }

    @Test
    void aComputeThatDoesNotComeUpFailsWithTheReasonInsideTheBudget() throws Exception {
        start(number -> new Step.Fail("57P03", "the database system is starting up"));
        LakebaseConnector connector = close(builder()
                .wakePolicy(new WakePolicy(Duration.ofMillis(300), Duration.ofMillis(1), Duration.ofMillis(5)))
                .build());
        assertThatThrownBy(connector::getConnection)
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("starting up")
                .hasMessageContaining("wakeBudget")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("57P03");
        assertThat(server.connections).hasValueGreaterThan(2);
    }

    @Test
    void aServerThatNeverAnswersIsGivenUpAtTheBudget() throws Exception {
        start(number -> new Step.Hang());
        LakebaseConnector connector = close(
                builder().wakePolicy(SOON.withBudget(Duration.ofMillis(300))).build());
        assertThatThrownBy(connector::getConnection).isInstanceOf(SQLTransientConnectionException.class);
        awaitNoConnections();
    }

    @Test
    void anUnknownAuthorityIsRefusedAndNothingIsSentToIt() throws Exception {
        start(FakePostgres.start(new Certificates().server("localhost")));
        assertThatThrownBy(() -> connector().getConnection())
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("1 login in ")
                .hasMessageContaining("did not prove its identity")
                .hasMessageContaining("PGSSLROOTCERT");
        awaitNoConnections();
        assertThat(server.applicationBytes).hasValue(0);
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void theJvmsTrustStoreCountsWithoutARootCertificate() throws Exception {
        start(number -> new Step.LogIn());
        LakebaseConnector connector = close(LakebaseConnector.builder()
                .controlPlane(platform)
                .endpoint(ENDPOINT)
                .build());
        assertThatThrownBy(connector::getConnection).hasMessageContaining("did not prove its identity");
        awaitNoConnections();
        assertThat(server.applicationBytes).hasValue(0);
    }

    @Test
    void aWrongHostNameIsRefusedAndNothingIsSentToIt() throws Exception {
        start(FakePostgres.start(trusted.server("other.example.com")));
        assertThatThrownBy(() -> connector().getConnection())
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("1 login in ")
                .hasMessageContaining("did not prove its identity");
        awaitNoConnections();
        assertThat(server.applicationBytes).hasValue(0);
    }

    @Test
    void aServerWithoutTlsIsRefusedAndNothingIsSentToIt() throws Exception {
        start(number -> new Step.NoTls());
        assertThatThrownBy(() -> connector().getConnection()).hasMessageContaining("refused TLS");
        awaitNoConnections();
        assertThat(server.applicationBytes).hasValue(0);
    }

    @Test
    void aPoolerHostIsRefusedForTokensWhereverItComesFrom() throws Exception {
        start(number -> new Step.LogIn());
        assertThatThrownBy(() -> builder().host("ep-1-pooler.example.com", 5432).build())
                .hasMessageContaining("connection pooler");
        platform.endpoint =
                () -> CompletableFuture.completedFuture(FakeControlPlane.endpointAt("ep-1-Pooler.example.com", 5432));
        assertThatThrownBy(() -> connector().getConnection()).hasMessageContaining("connection pooler");
    }

    @Test
    void theHostOfAnotherEndpointIsRefusedAndNothingIsSentToIt() throws Exception {
        start(number -> new Step.LogIn());
        platform.endpoint = () -> CompletableFuture.completedFuture(FakeControlPlane.endpointAt("localhost", 1));
        LakebaseConnector connector =
                close(builder().host("localhost", server.port()).build());
        assertThatThrownBy(connector::getConnection)
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("does not belong to " + ENDPOINT);
        assertThat(server.connections).hasValue(0);
    }

    @Test
    void aHostIsCheckedOnceInParallelWithTheMint() throws Exception {
        start(number -> new Step.LogIn());
        var checking = new CountDownLatch(1);
        var minting = new CountDownLatch(1);
        var answer = platform.endpoint;
        platform.endpoint = () -> CompletableFuture.supplyAsync(
                () -> {
                    checking.countDown();
                    awaitLatch(minting);
                    return answer.get().join();
                },
                ConnectorTest::onItsOwnThread);
        platform.minter = () -> CompletableFuture.supplyAsync(
                () -> {
                    minting.countDown();
                    awaitLatch(checking);
                    return FakeControlPlane.credential("token-1");
                },
                ConnectorTest::onItsOwnThread);
        LakebaseConnector connector =
                close(builder().host("localhost", server.port()).build());
        connector.getConnection().close();
        connector.getConnection().close();
        assertThat(platform.lookUps).hasValue(1);
    }

    @Test
    void aHostThatCannotBeCheckedIsUsedWithAWarning() throws Exception {
        start(number -> new Step.LogIn());
        platform.endpoint = () -> CompletableFuture.failedFuture(new UnavailableException("down"));
        LakebaseConnector connector =
                close(builder().host("localhost", server.port()).build());
        connector.getConnection().close();
        connector.getConnection().close();
        assertThat(platform.lookUps).as("not asked at every login").hasValue(1);
    }

    @Test
    void aHostWithoutAddressIsLookedUpAgainOnce() throws Exception {
        start(number -> new Step.LogIn());
        var answers = new AtomicInteger();
        platform.endpoint = () -> CompletableFuture.completedFuture(
                answers.incrementAndGet() == 1
                        ? FakeControlPlane.endpointAt("gone.invalid", server.port())
                        : FakeControlPlane.endpointAt("localhost", server.port()));
        connector().getConnection().close();
        assertThat(answers).hasValue(2);
    }

    @Test
    void aHostThatStaysWithoutAddressFails() throws Exception {
        start(number -> new Step.LogIn());
        platform.endpoint = () -> CompletableFuture.completedFuture(FakeControlPlane.endpointAt("gone.invalid", 5432));
        assertThatThrownBy(() -> connector().getConnection())
                .hasMessageContaining("The host has no address")
                .hasRootCauseInstanceOf(UnknownHostException.class);
        assertThat(platform.lookUps).hasValue(2);
    }

    @Test
    void anEndpointThatHasNoHostYetIsAskedAgain() throws Exception {
        start(number -> new Step.LogIn());
        var answers = new AtomicInteger();
        platform.endpoint = () -> CompletableFuture.completedFuture(
                FakeControlPlane.endpointAt(answers.incrementAndGet() < 3 ? null : "localhost", server.port()));
        connector().getConnection().close();
        assertThat(answers).hasValue(3);
    }

    @Test
    void aMintThatFailsInPassingIsRetriedAndOneThatFailsForGoodIsNot() throws Exception {
        start(number -> new Step.LogIn());
        var minter = platform.minter;
        platform.minter = () -> platform.mints.get() < 3
                ? CompletableFuture.failedFuture(new UnavailableException("503"))
                : minter.get();
        connector().getConnection().close();
        assertThat(platform.mints).hasValue(3);

        var forbidden = new FakeControlPlane("localhost", server.port());
        forbidden.minter = () -> CompletableFuture.failedFuture(new IllegalStateException("no such permission"));
        platform = forbidden;
        assertThatThrownBy(() -> connector().getConnection())
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("could not get the credential")
                .hasMessageContaining("no such permission");
        assertThat(forbidden.mints).hasValue(1);
    }

    @Test
    void aGuardThatRefusesIsAskedBeforeAnyByteIsSent() throws Exception {
        start(number -> new Step.LogIn());
        var asked = new AtomicReference<ConnectionTarget>();
        LakebaseConnector connector = close(builder()
                .guard(target -> {
                    asked.set(target);
                    throw new SQLException("not in this test run", "08001");
                })
                .build());
        assertThatThrownBy(connector::getConnection).hasMessageContaining("not in this test run");
        assertThat(asked.get().endpoint()).isEqualTo(ENDPOINT);
        assertThat(asked.get().port()).isEqualTo(server.port());
        assertThat(server.connections).hasValue(0);
    }

    @Test
    void aLoginsThreadTakesNothingOverFromWhoeverNeedsItFirst() throws Exception {
        start(number -> new Step.LogIn());
        var user = new InheritableThreadLocal<String>();
        var seen = new AtomicReference<String>();
        LakebaseConnector connector =
                close(builder().guard(target -> seen.set("user " + user.get())).build());
        user.set("ann");
        try {
            connector.getConnection().close();
        } finally {
            user.remove();
        }
        assertThat(seen).hasValue("user null");
    }

    @Test
    void aNativePasswordNeedsNoPlatform() throws Exception {
        start(number -> new Step.LogIn());
        var passwords = new AtomicInteger();
        LakebaseConnector connector = close(LakebaseConnector.builder()
                .host("localhost", server.port())
                .user("app")
                .password(() -> "native-" + passwords.incrementAndGet())
                .sslRootCert(root)
                .build());
        connector.getConnection().close();
        connector.getConnection().close();
        assertThat(server.passwords).containsExactly("native-1", "native-2");

        server.judge = (user, password) -> new String[] {"28P01", "password authentication failed"};
        assertThatThrownBy(connector::getConnection).hasMessageContaining("1 login in ");
    }

    @Test
    void anInterruptEndsTheWaitAndTheLogin() throws Exception {
        start(number -> new Step.Hang());
        LakebaseConnector connector = connector();
        var failure = new CompletableFuture<Throwable>();
        var borrower = new Thread(() -> {
            try {
                connector.getConnection();
            } catch (SQLException e) {
                failure.complete(Thread.currentThread().isInterrupted() ? e : new AssertionError("flag lost", e));
            }
        });
        borrower.start();
        Crowd.await(() -> server.connections.get() == 1);
        borrower.interrupt();
        assertThat(failure.get(10, TimeUnit.SECONDS))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("Interrupted while logging in");
        awaitNoConnections();
    }

    @Test
    void closeEndsALoginUnderWay() throws Exception {
        start(number -> new Step.Hang());
        LakebaseConnector connector = connector();
        var failure = CompletableFuture.supplyAsync(
                () -> catchThrowableOfType(SQLException.class, connector::getConnection),
                ConnectorTest::onItsOwnThread);
        Crowd.await(() -> server.connections.get() == 1);
        connector.close();
        assertThat((Throwable) failure.get(10, TimeUnit.SECONDS)).hasMessageContaining("is closed");
        awaitNoConnections();
        assertThatThrownBy(connector::getConnection).hasMessageContaining("is closed");
    }

    @Test
    void theSocketTimeOutOfTheLoginDoesNotOutliveIt() throws Exception {
        start(number -> new Step.LogIn());
        try (Connection connection = connector().getConnection()) {
            assertThat(connection.getNetworkTimeout()).isZero();
        }
        LakebaseConnector own = close(builder().property("socketTimeout", "7").build());
        try (Connection connection = own.getConnection()) {
            assertThat(connection.getNetworkTimeout()).isEqualTo(7000);
        }
    }

    @Test
    void aServerThatEchoesTheTokenDoesNotPutItIntoTheException() throws Exception {
        start(number -> new Step.LogIn());
        server.judge = (user, token) -> new String[] {"28P01", "you sent " + token};
        var failure = catchThrowableOfType(SQLException.class, () -> connector().getConnection());
        for (Throwable t = failure; t != null; t = t.getCause()) {
            assertThat(t.toString()).doesNotContain("token-");
        }
        assertThat((Throwable) failure).hasMessageContaining("you sent <hidden>");
    }

    @Test
    void aReasonThatEchoesTheTokenIsCleanedWhereverItIsKept() throws Exception {
        start(number -> new Step.LogIn());
        server.judge = (user, token) -> new String[] {"57P03", "starting up, " + token};
        platform.user = () -> server.passwords.isEmpty()
                ? CompletableFuture.completedFuture("me@example.com")
                : new CompletableFuture<>();
        LakebaseConnector connector = close(
                builder().wakePolicy(SOON.withBudget(Duration.ofMillis(800))).build());
        var failure = catchThrowableOfType(SQLException.class, connector::getConnection);
        assertThat(failure.getCause()).hasMessageContaining("starting up, <hidden>");
        for (Throwable t = failure; t != null; t = t.getCause()) {
            assertThat(t.toString()).doesNotContain("token-");
        }
    }

    @Test
    void aShortPasswordDoesNotHideTheReason() throws Exception {
        start(number -> new Step.LogIn());
        server.judge = (user, password) -> new String[] {"28P01", "password authentication failed"};
        LakebaseConnector connector = close(LakebaseConnector.builder()
                .host("localhost", server.port())
                .user("app")
                .password(() -> "postgres")
                .sslRootCert(root)
                .build());
        var failure = catchThrowableOfType(SQLException.class, connector::getConnection);
        assertThat(failure.getCause()).isInstanceOf(org.postgresql.util.PSQLException.class);
    }

    @Test
    void aGatewayThatCannotReachItsComputeYetIsNotTakenForAStranger() throws Exception {
        start(number -> number == 1 ? new Step.Fail("08006", "could not reach the compute") : new Step.LogIn());
        connector().getConnection().close();
        assertThat(server.connections).hasValue(2);
    }

    @Test
    void aHostCannotCarryDriverPropertiesIntoTheUrl() throws Exception {
        start(number -> new Step.NoTls());
        String host = "localhost/x?sslmode=disable&PGPORT=" + server.port() + "&ApplicationName=";
        assertThatThrownBy(() -> close(LakebaseConnector.builder()
                                .host(host, 1)
                                .user("app")
                                .password(() -> "secret")
                                .wakePolicy(SOON.withBudget(Duration.ofSeconds(1)))
                                .build())
                        .getConnection())
                .hasMessageContaining("expected one host name");
        assertThat(server.connections).hasValue(0);

        platform.endpoint = () -> CompletableFuture.completedFuture(FakeControlPlane.endpointAt(host, 1));
        assertThatThrownBy(() -> connector().getConnection()).hasMessageContaining("expected one host name");
        assertThat(server.connections).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"sslmode", "ssl", "SSLMODE", "user", "password", "gssEncMode", "loginTimeout", "noSuchThing"})
    void propertiesThatWouldUndoAPromiseAreRefused(String property) {
        assertThatThrownBy(() -> LakebaseConnector.builder().property(property, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(property);
    }

    private FakePostgres listen(int port) {
        try {
            return close(new FakePostgres(port, trusted.server("localhost"), number -> new Step.LogIn()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private ConnectorBuilder builder() {
        return LakebaseConnector.builder()
                .controlPlane(platform)
                .endpoint(ENDPOINT)
                .sslRootCert(root)
                .wakePolicy(SOON);
    }

    private LakebaseConnector connector() {
        return close(builder().build());
    }

    private void awaitNoConnections() {
        Crowd.await(() -> server.openConnections() == 0);
    }

    /** The common pool of a small machine has a single thread. */
    private static void onItsOwnThread(Runnable task) {
        var thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
