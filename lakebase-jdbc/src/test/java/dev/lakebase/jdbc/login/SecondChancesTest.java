package dev.lakebase.jdbc.login;

import static dev.lakebase.jdbc.login.FakeControlPlane.ENDPOINT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.Endpoint;
import dev.lakebase.client.NotFoundException;
import dev.lakebase.jdbc.fake.FakePostgres;
import dev.lakebase.jdbc.fake.FakePostgres.Step;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a login tries again, what it looks up again, and what it tells about it. */
@Timeout(60)
class SecondChancesTest extends ScriptedLogins {
    private static final WakePolicy SOON =
            new WakePolicy(Duration.ofSeconds(20), Duration.ofMillis(1), Duration.ofMillis(20));
    private final List<Object> events = new CopyOnWriteArrayList<>();

    @Test
    void aFreshBranchThatTurnsTokensDownIsAskedUntilItKnowsThem() throws Exception {
        start(number -> new Step.LogIn());
        platform.created = () -> CompletableFuture.completedFuture(Instant.now().minusSeconds(5));
        server.judge = (user, token) ->
                token.equals("token-6") ? null : new String[] {"28000", "External authorization failed"};
        connector(SOON).getConnection().close();
        assertThat(server.passwords).endsWith("token-5", "token-6");
    }

    @Test
    void aFreshBranchThatGoesOnTurningTokensDownFailsInTheBudgetAndMayBeTriedAgain() throws Exception {
        start(number -> new Step.LogIn());
        platform.created = () -> CompletableFuture.completedFuture(Instant.now());
        server.judge = (user, token) -> new String[] {"28000", "External authorization failed"};
        assertThatThrownBy(
                        () -> connector(SOON.withBudget(Duration.ofMillis(500))).getConnection())
                .isInstanceOf(SQLTransientConnectionException.class)
                .hasMessageContaining("created less than a minute ago")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("28000");
    }

    @Test
    void aBranchThatIsAMinuteOldIsNotFresh() throws Exception {
        start(number -> new Step.LogIn());
        platform.created = () -> CompletableFuture.completedFuture(Instant.now().minusSeconds(61));
        server.judge = (user, token) -> new String[] {"28000", "External authorization failed"};
        assertThatThrownBy(() -> connector(SOON).getConnection())
                .isInstanceOf(SQLInvalidAuthorizationSpecException.class);
        assertThat(server.passwords).hasSize(2);
    }

    @Test
    void aFreshBranchThatNamesAnotherReasonIsBelieved() throws Exception {
        start(number -> new Step.LogIn());
        platform.created = () -> CompletableFuture.completedFuture(Instant.now());
        server.judge = (user, token) -> new String[] {"28000", "role does not exist"};
        assertThatThrownBy(() -> connector(SOON).getConnection())
                .isInstanceOf(SQLInvalidAuthorizationSpecException.class);
        assertThat(server.passwords).hasSize(2);
    }

    @Test
    void aBranchWhoseAgeCannotBeAskedForIsNotFresh() throws Exception {
        start(number -> new Step.LogIn());
        platform.created = () -> CompletableFuture.failedFuture(new IllegalStateException("down"));
        server.judge = (user, token) -> new String[] {"28000", "External authorization failed"};
        assertThatThrownBy(() -> connector(SOON).getConnection())
                .isInstanceOf(SQLInvalidAuthorizationSpecException.class);
        assertThat(server.passwords).hasSize(2);
    }

    @Test
    void aDisabledEndpointIsToldInsteadOfWaitedFor() throws Exception {
        start(number -> new Step.Fail("57P03", "the endpoint is disabled"));
        Endpoint up = FakeControlPlane.endpointAt("localhost", server.port());
        var off = new Endpoint(
                up.name(),
                up.uid(),
                up.type(),
                up.state(),
                up.stateText(),
                null,
                up.host(),
                up.port(),
                up.hosts(),
                up.poolerHosts(),
                true,
                null,
                -1,
                -1,
                null,
                null,
                "{}");
        platform.endpoint = () -> CompletableFuture.completedFuture(off);
        assertThatThrownBy(() -> connector(SOON).getConnection())
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("Enable it");
        assertThat(rejection().reason()).isEqualTo(LoginFailure.DISABLED);
    }

    @Test
    void aBranchThatWasDeletedIsToldInsteadOfWaitedFor() throws Exception {
        start(number -> new Step.Reset());
        var asked = new AtomicInteger();
        platform.endpoint = () -> asked.incrementAndGet() == 1
                ? CompletableFuture.completedFuture(FakeControlPlane.endpointAt("localhost", server.port()))
                : CompletableFuture.failedFuture(new NotFoundException("endpoint not found"));
        assertThatThrownBy(() -> connector(SOON).getConnection())
                .isInstanceOf(SQLNonTransientConnectionException.class)
                .hasMessageContaining("does not exist any more");
        assertThat(rejection().reason()).isEqualTo(LoginFailure.GONE);
    }

    @Test
    void aBranchThatWasRecreatedIsFoundAtItsNewHost() throws Exception {
        start(number -> new Step.LogIn());
        FakePostgres old = close(FakePostgres.start(trusted.server("localhost"), number -> new Step.Reset()));
        var asked = new AtomicInteger();
        platform.endpoint = () -> CompletableFuture.completedFuture(
                FakeControlPlane.endpointAt("localhost", asked.incrementAndGet() == 1 ? old.port() : server.port()));
        LakebaseConnector connector = connector(SOON);
        connector.getConnection().close();
        connector.getConnection().close();
        assertThat(server.passwords).hasSize(2);
        assertThat(asked).as("remembered").hasValue(2);
    }

    @Test
    void aLoginThatWokeItsComputeIsTold() throws Exception {
        start(number -> number == 1 ? new Step.Fail("57P03", "starting up") : new Step.LogIn());
        connector(SOON).getConnection().close();
        assertThat(events)
                .extracting(e -> e.getClass().getSimpleName())
                .containsExactly("Retried", "Connected", "Woke");
        var retried = (LakebaseListener.Retried) events.get(0);
        assertThat(retried.name()).isEqualTo("orders");
        assertThat(retried.reason()).isEqualTo(LoginFailure.WAKING);
        assertThat(retried.sqlState()).isEqualTo("57P03");
        var connected = (LakebaseListener.Connected) events.get(1);
        assertThat(connected.logins()).isEqualTo(2);
        assertThat(connected.took()).isPositive().isGreaterThanOrEqualTo(retried.elapsed());
        assertThat(connected.target().endpoint()).isEqualTo(ENDPOINT);
    }

    @Test
    void aTokenThatWasTurnedDownAndALoginThatFailedAreTold() throws Exception {
        start(number -> new Step.LogIn());
        server.judge = (user, token) -> new String[] {"28P01", "no"};
        assertThatThrownBy(() -> connector(SOON).getConnection());
        assertThat(events)
                .extracting(e -> e.getClass().getSimpleName())
                .containsExactly("Discarded", "Retried", "Discarded", "Rejected");
        assertThat(rejection().reason()).isEqualTo(LoginFailure.REJECTED);
        assertThat(rejection().sqlState()).isEqualTo("28P01");
        assertThat(rejection().message()).contains("2 logins in ");
        assertThat(events.toString()).doesNotContain("token-");
    }

    @Test
    void aLoginThatRanOutOfTimeIsToldOnce() throws Exception {
        start(number -> new Step.Hang());
        assertThatThrownBy(
                () -> connector(SOON.withBudget(Duration.ofMillis(200))).getConnection());
        assertThat(events).extracting(e -> e.getClass().getSimpleName()).containsExactly("Rejected");
    }

    @Test
    void aGuardThatRefusesIsTold() throws Exception {
        start(number -> new Step.LogIn());
        LakebaseConnector guarded = close(builder(SOON)
                .guard(target -> {
                    throw new SQLException("not in this test run", "08001");
                })
                .build());
        assertThatThrownBy(guarded::getConnection).hasMessageContaining("not in this test run");
        assertThat(rejection().reason()).isEqualTo(LoginFailure.REFUSED);
    }

    @Test
    void aListenerThatFailsWithAnErrorHurtsNeitherALoginNorItsReason() throws Exception {
        start(number -> number == 1 ? new Step.LogIn() : new Step.Fail("3D000", "no such database"));
        var careless = new LakebaseListener() {
            @Override
            public void connected(Connected event) {
                throw new AssertionError("a listener's own");
            }

            @Override
            public void rejected(Rejected event) {
                throw new AssertionError("a listener's own");
            }
        };
        LakebaseConnector connector = close(builder(SOON.withBudget(Duration.ofMinutes(5)))
                .listener(careless)
                .build());
        connector.getConnection().close();
        assertThatThrownBy(connector::getConnection).hasMessageContaining("no such database");
    }

    @Test
    void aLoginThatGoesOnAfterCloseLeavesNoListenerAtTheClient() throws Exception {
        start(number -> new Step.LogIn());
        var tokens = new Tokens("orders", platform, null, List.of(), new Listeners(List.of()));
        tokens.close();
        tokens.acquire(ENDPOINT).get();
        assertThat(platform.listeners).isEmpty();
    }

    @Test
    void aListenerThatThrowsDoesNotHurtTheLogin() throws Exception {
        start(number -> new Step.LogIn());
        LakebaseConnector connector = close(builder(SOON)
                .listener(new LakebaseListener() {
                    @Override
                    public void connected(Connected event) {
                        throw new IllegalStateException("a bug of the user's");
                    }
                })
                .listener(new Recorder(events))
                .build());
        connector.getConnection().close();
        assertThat(events).hasSize(2);
    }

    private LakebaseListener.Rejected rejection() {
        return (LakebaseListener.Rejected) events.get(events.size() - 1);
    }

    private ConnectorBuilder builder(WakePolicy policy) {
        return LakebaseConnector.builder()
                .name("orders")
                .controlPlane(platform)
                .endpoint(ENDPOINT)
                .sslRootCert(root)
                .listener(new Recorder(events))
                .wakePolicy(policy);
    }

    private LakebaseConnector connector(WakePolicy policy) {
        return close(builder(policy).build());
    }

    private record Recorder(List<Object> events) implements LakebaseListener {
        @Override
        public void discarded(Discarded event) {
            events.add(event);
        }

        @Override
        public void connected(Connected event) {
            events.add(event);
        }

        @Override
        public void retried(Retried event) {
            events.add(event);
        }

        @Override
        public void woke(Woke event) {
            events.add(event);
        }

        @Override
        public void rejected(Rejected event) {
            events.add(event);
        }
    }
}
