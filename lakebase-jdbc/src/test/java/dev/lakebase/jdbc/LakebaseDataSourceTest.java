package dev.lakebase.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.jdbc.fake.Crowd;
import dev.lakebase.jdbc.fake.FakePostgres.Step;
import dev.lakebase.jdbc.login.FakeControlPlane;
import dev.lakebase.jdbc.login.LakebaseConnector;
import dev.lakebase.jdbc.login.ScriptedLogins;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.jdbc.PgConnection;

@Timeout(60)
class LakebaseDataSourceTest extends ScriptedLogins {
    private static final int BORROWERS = 64;

    @Test
    void firstBorrowersShareOneMint() throws Exception {
        start(number -> new Step.LogIn());
        LakebaseDataSource dataSource = dataSource();
        try (Crowd crowd = new Crowd(BORROWERS)) {
            for (Future<Void> each : crowd.borrowAtOnce(dataSource)) {
                each.get(30, TimeUnit.SECONDS);
            }
        }
        assertThat(platform.mints).hasValue(1);
        assertThat(platform.lookUps).hasValue(1);
        assertThat(server.connections).hasValueLessThanOrEqualTo(10);
    }

    @Test
    void aWrongIdentityFailsEveryBorrowerWithTheTrueReason() throws Exception {
        start(number -> new Step.LogIn());
        server.judge = (user, token) -> new String[] {"28000", "role \"me@example.com\" does not exist"};
        LakebaseDataSource dataSource = dataSource();
        try (Crowd crowd = new Crowd(BORROWERS)) {
            for (Future<Void> each : crowd.borrowAtOnce(dataSource)) {
                assertThatThrownBy(() -> each.get(10, TimeUnit.SECONDS))
                        .cause()
                        .isInstanceOf(SQLInvalidAuthorizationSpecException.class)
                        .hasMessageContaining("role \"me@example.com\" does not exist")
                        .extracting(e -> ((SQLException) e).getSQLState())
                        .isEqualTo("28000");
            }
        }
        assertThat(server.passwords).as("logins").hasSize(2);
        assertThat(platform.mints).hasValue(2);
    }

    @Test
    void aFailureIsRememberedForAWhileInsteadOfTriedAgain() throws Exception {
        start(number -> new Step.LogIn());
        server.judge = (user, token) -> new String[] {"28P01", "no"};
        LakebaseDataSource dataSource = dataSource();
        assertThatThrownBy(dataSource::getConnection).hasMessageNotContaining("Remembered");
        assertThatThrownBy(dataSource::getConnection)
                .isInstanceOf(SQLInvalidAuthorizationSpecException.class)
                .hasMessageContaining("Remembered: not tried again for another ");
        assertThat(server.passwords).hasSize(2);
    }

    @Test
    void aRememberedFailureIsForgottenByALaterSuccess() throws Exception {
        start(number -> new Step.LogIn());
        server.judge = (user, token) -> token.equals("token-3") ? null : new String[] {"28P01", "no"};
        LakebaseDataSource dataSource = dataSource();
        assertThatThrownBy(dataSource::getConnection).hasMessageContaining("no");
        // the rest is over within a second; every try before is answered from memory
        Crowd.await(() -> {
            try (Connection connection = dataSource.getConnection()) {
                return connection.isValid(5);
            } catch (SQLException e) {
                assertThat(e.getMessage()).contains("Remembered");
                return false;
            }
        });
        assertThat(server.passwords).hasSize(3);
    }

    @Test
    void aLoginThatIsGivenUpTellsEveryBorrowerWhy() throws Exception {
        start(number -> new Step.Fail("57P03", "the database system is starting up"));
        LakebaseDataSource dataSource = close(builder()
                .connectionTimeout(Duration.ofSeconds(20))
                .wakeBudget(Duration.ofMillis(500))
                .build());
        try (Crowd crowd = new Crowd(BORROWERS)) {
            for (Future<Void> each : crowd.borrowAtOnce(dataSource)) {
                assertThatThrownBy(() -> each.get(15, TimeUnit.SECONDS)).hasMessageContaining("starting up");
            }
        }
    }

    @Test
    void closeDuringALoginEndsEveryBorrowerAtOnce() throws Exception {
        start(number -> new Step.Hang());
        LakebaseDataSource dataSource = dataSource();
        try (Crowd crowd = new Crowd(BORROWERS)) {
            List<Future<Void>> borrowers = crowd.borrowAtOnce(dataSource);
            Crowd.await(() -> server.connections.get() == 1);
            dataSource.close();
            for (Future<Void> each : borrowers) {
                assertThatThrownBy(() -> each.get(10, TimeUnit.SECONDS)).hasMessageContaining("is closed");
            }
        }
        Crowd.await(() -> server.openConnections() == 0);
        assertThatThrownBy(dataSource::getConnection)
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void anInterruptedBorrowerLeavesAtOnceAndTheOthersStay() throws Exception {
        start(number -> new Step.LogIn());
        var token = new CompletableFuture<dev.lakebase.client.credential.DatabaseCredential>();
        platform.minter = () -> token;
        LakebaseDataSource dataSource = dataSource();
        try (Crowd crowd = new Crowd(2)) {
            List<Future<Void>> borrowers = crowd.borrowAtOnce(dataSource);
            Crowd.await(() -> platform.mints.get() == 1);
            crowd.interrupt(0);
            assertThatThrownBy(() -> borrowers.get(0).get(10, TimeUnit.SECONDS)).hasMessageContaining("nterrupted");
            token.complete(FakeControlPlane.credential("late"));
            borrowers.get(1).get(10, TimeUnit.SECONDS);
        }
        assertThat(platform.mints).hasValue(1);
    }

    @Test
    void aBorrowerKeepsItsOwnDeadline() throws Exception {
        start(number -> new Step.LogIn());
        platform.minter = CompletableFuture::new;
        LakebaseDataSource dataSource =
                close(builder().connectionTimeout(Duration.ofMillis(400)).build());
        assertThatThrownBy(dataSource::getConnection)
                .isInstanceOf(java.sql.SQLTransientException.class)
                .hasMessageContaining("getting a credential");
    }

    @Test
    void aBorrowAfterEveryConnectionWasLostLogsInAgain() throws Exception {
        start(number -> number == 3 || number == 4
                ? new Step.Fail("57P03", "the database system is starting up")
                : new Step.LogIn());
        LakebaseDataSource dataSource = dataSource();
        try (Connection one = dataSource.getConnection();
                Connection two = dataSource.getConnection()) {
            assertThat(one.isValid(5) && two.isValid(5)).isTrue();
        }
        server.cutAll();
        dataSource.getHikariPoolMXBean().softEvictConnections();
        try (Connection again = dataSource.getConnection()) {
            assertThat(again.isValid(5)).isTrue();
        }
        assertThat(server.connections).hasValue(5);
        assertThat(platform.mints).hasValue(1);
    }

    @Test
    void anIdentityRevokedBetweenBorrowsIsToldAtOnce() throws Exception {
        start(number -> new Step.LogIn());
        LakebaseDataSource dataSource = dataSource();
        dataSource.getConnection().close();
        server.judge = (user, token) -> new String[] {"28000", "role was dropped"};
        server.cutAll();
        dataSource.getHikariPoolMXBean().softEvictConnections();
        assertThatThrownBy(dataSource::getConnection)
                .isInstanceOf(SQLInvalidAuthorizationSpecException.class)
                .hasMessageContaining("role was dropped");
        assertThat(server.passwords).hasSize(3);
    }

    /** HikariCP has the borrowers by then, and would keep them until their deadline. */
    @Test
    void anIdentityRevokedWhileItsConnectionWasIdleIsToldAtOnceToAll() throws Exception {
        start(number -> new Step.LogIn());
        System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "-1");
        try {
            LakebaseDataSource dataSource = dataSource();
            dataSource.getConnection().close();
            server.judge = (user, token) -> new String[] {"28000", "role was dropped"};
            server.cutAll();
            try (Crowd crowd = new Crowd(BORROWERS)) {
                for (Future<Void> each : crowd.borrowAtOnce(dataSource)) {
                    assertThatThrownBy(() -> each.get(20, TimeUnit.SECONDS)) // of 30 until the deadline
                            .cause()
                            .isInstanceOf(SQLInvalidAuthorizationSpecException.class)
                            .hasMessageContaining("role was dropped");
                }
            }
            assertThat(server.passwords).as("not hammered").hasSizeLessThanOrEqualTo(5);

            server.judge = (user, token) -> null;
            Crowd.await(() -> Crowd.canBorrow(dataSource));
            Crowd.await(() -> dataSource.getHikariPoolMXBean().getTotalConnections() == 1);
            assertThat(dataSource.getConnection().isValid(5)).as("a real one").isTrue();
        } finally {
            System.clearProperty("com.zaxxer.hikari.aliveBypassWindowMs");
        }
    }

    @Test
    void aLoginThatFailsWhileOthersHoldConnectionsFailsNobodyBeforeItsTime() throws Exception {
        start(number -> new Step.LogIn());
        LakebaseDataSource dataSource = dataSource();
        try (Crowd crowd = new Crowd(1)) {
            List<Future<Void>> waiters;
            try (Connection held = dataSource.getConnection()) {
                server.judge = (user, token) -> new String[] {"28000", "role was dropped"};
                waiters = crowd.borrowAtOnce(dataSource);
                Crowd.await(() -> server.passwords.size() >= 3);
                assertThat(held.isValid(5)).isTrue();
            }
            waiters.get(0).get(20, TimeUnit.SECONDS); // got the one that was given back
        }
    }

    @Test
    void aDeadConnectionIsNoNewsAndStaysWithItsBorrower() throws Exception {
        start(number -> new Step.LogIn());
        Connection connection = dataSource().getConnection();
        connection.unwrap(PgConnection.class).close();
        assertThatThrownBy(() -> connection.isWrapperFor(BadNews.class)).isInstanceOf(SQLException.class);
        assertThat((Throwable) BadNews.in(connection)).isNull();
    }

    @Test
    void aLossInUseEvictsTheRestOfThePool() throws Exception {
        start(number -> new Step.LogIn());
        LakebaseDataSource dataSource = dataSource();
        try (Connection one = dataSource.getConnection();
                Connection two = dataSource.getConnection();
                Connection three = dataSource.getConnection()) {
            three.close();
            two.close();
            server.cutAll();
            assertThatThrownBy(() -> one.createStatement().execute("select 1"))
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("08006");
        }
        // the two that were idle would have passed HikariCP unseen, for they were in use just now
        try (Connection fresh = dataSource.getConnection()) {
            assertThat(fresh.createStatement().execute("select 1")).isFalse();
        }
        Crowd.await(() -> dataSource.getHikariPoolMXBean().getTotalConnections() == 1);
    }

    @Test
    void theUsersOwnVerdictAboutAConnectionStillCounts() throws Exception {
        start(number -> new Step.LogIn());
        var asked = new java.util.concurrent.atomic.AtomicInteger();
        LakebaseDataSource dataSource = close(builder()
                .hikari(hikari -> hikari.setExceptionOverride(new com.zaxxer.hikari.SQLExceptionOverride() {
                    @java.lang.Override
                    public Override adjudicate(SQLException failure) {
                        asked.incrementAndGet();
                        return Override.CONTINUE_EVICT;
                    }
                }))
                .build());
        try (Connection connection = dataSource.getConnection()) {
            server.cutAll();
            assertThatThrownBy(() -> connection.createStatement().execute("select 1"));
        }
        assertThat(asked).hasPositiveValue();
    }

    @Test
    void aRefusingGuardOnTheClassPathKeepsEveryByteBack() throws Exception {
        start(number -> new Step.LogIn());
        TestGuard.refused = platformPort -> platformPort == server.port();
        try {
            LakebaseDataSource dataSource = dataSource();
            assertThatThrownBy(dataSource::getConnection).hasMessageContaining("refused by the test's guard");
            assertThat(server.connections).hasValue(0);
        } finally {
            TestGuard.refused = port -> false;
        }
    }

    @Test
    void aNativePasswordAsksNoPlatform() throws Exception {
        start(number -> new Step.LogIn());
        LakebaseDataSource dataSource = close(LakebaseDataSource.builder()
                .environment(Map.of())
                .host("localhost")
                .port(server.port())
                .user("app")
                .password("native-canary")
                .sslRootCert(root)
                .build());
        dataSource.getConnection().close();
        assertThat(server.users).containsExactly("app");
        assertThat(server.passwords).containsExactly("native-canary");
    }

    @Test
    void theEnvironmentAloneIsEnough() throws Exception {
        start(number -> new Step.LogIn());
        LakebaseDataSource dataSource = close(LakebaseDataSource.fromEnvironment(Map.of(
                "PGHOST", "localhost",
                "PGPORT", String.valueOf(server.port()),
                "PGUSER", "app",
                "PGPASSWORD", "native-canary",
                "PGSSLMODE", "require",
                "PGSSLROOTCERT", root.toString())));
        dataSource.getConnection().close();
        assertThat(server.passwords).containsExactly("native-canary");
    }

    @Test
    void aPoolThatStartsDuringCloseIsShutDownToo() throws Exception {
        start(number -> new Step.LogIn());
        var toBeClosed = new CompletableFuture<LakebaseDataSource>();
        var factory = (com.zaxxer.hikari.metrics.MetricsTrackerFactory) (name, stats) -> {
            toBeClosed.join().close(); // HikariCP is in the middle of making its pool
            return new com.zaxxer.hikari.metrics.IMetricsTracker() {};
        };
        LakebaseDataSource dataSource = builder()
                .name("late")
                .hikari(hikari -> hikari.setMetricsTrackerFactory(factory))
                .build();
        toBeClosed.complete(dataSource);
        try (Crowd crowd = new Crowd(BORROWERS)) { // one starts the pool, the others wait for it
            for (Future<Void> each : crowd.borrowAtOnce(dataSource)) {
                assertThatThrownBy(() -> each.get(15, TimeUnit.SECONDS)).cause().hasMessageContaining("closed");
            }
        }
        Crowd.await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("late:") && thread.isAlive()));
    }

    @Test
    void theConnectorIsReachableByUnwrapBeforeTheFirstBorrow() throws Exception {
        start(number -> new Step.LogIn());
        LakebaseDataSource dataSource = dataSource();
        assertThat(server.connections).hasValue(0);
        assertThat(dataSource.unwrap(LakebaseConnector.class)).isNotNull();
        assertThat(dataSource.isWrapperFor(LakebaseConnector.class)).isTrue();
    }

    private LakebaseDataSource.Builder builder() {
        LakebaseDataSource.Builder builder = LakebaseDataSource.builder()
                .endpoint(FakeControlPlane.ENDPOINT)
                .environment(Map.of())
                .sslRootCert(root);
        builder.platform(platform.install());
        return builder;
    }

    private LakebaseDataSource dataSource() {
        return close(builder().build());
    }
}
