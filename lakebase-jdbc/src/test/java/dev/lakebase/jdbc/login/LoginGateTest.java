package dev.lakebase.jdbc.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.TimeSource;
import dev.lakebase.jdbc.fake.Certificates;
import dev.lakebase.jdbc.fake.Crowd;
import dev.lakebase.jdbc.fake.FakePostgres;
import dev.lakebase.jdbc.fake.FakePostgres.Step;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LoginGateTest {
    private static Certificates trusted;
    private static Path root;

    @BeforeAll
    static void certificates(@TempDir Path folder) throws Exception {
        trusted = new Certificates();
        root = trusted.writeRoot(folder);
    }

    @Test
    void aBorrowerLeavesAtItsOwnDeadlineAndTheLoginGoesOn() throws Exception {
        try (FakePostgres server = FakePostgres.start(trusted.server("localhost"), number -> new Step.Hang());
                LoginGate gate = new LoginGate(builder(server).build())) {
            assertThatThrownBy(() -> gate.pass(Duration.ofMillis(200)))
                    .isInstanceOf(SQLTransientException.class)
                    .hasMessageContaining("no connection within ")
                    // how far it came by then is the machine's business
                    .message()
                    .containsPattern("the login is still (starting|logging in as user 'app')");
        }
    }

    /** A DNS look-up can hang like this too, and nothing can cut that either. */
    @Test
    void aLoginThatCannotBeCutDoesNotHoldUpTheNextOne() throws Exception {
        var release = new CompletableFuture<String>();
        var asked = new AtomicInteger();
        try (FakePostgres server = FakePostgres.start(trusted.server("localhost"));
                LoginGate gate = new LoginGate(builder(server)
                        .password(() -> asked.incrementAndGet() == 1 ? release.join() : "secret")
                        .wakePolicy(WakePolicy.DEFAULT.withBudget(Duration.ofSeconds(2)))
                        .build())) {
            assertThatThrownBy(() -> gate.pass(Duration.ofSeconds(20)))
                    .isInstanceOf(SQLTransientException.class)
                    .hasMessageContaining("out of time")
                    .hasMessageContaining("getting a credential");
            assertThatCode(() -> gate.pass(Duration.ofSeconds(20))).doesNotThrowAnyException();
        } finally {
            release.complete("late");
        }
    }

    @Test
    void aConnectionThatThePoolDoesNotFetchIsClosed() throws Exception {
        var time = new GateTime();
        try (FakePostgres server = FakePostgres.start(trusted.server("localhost"));
                LoginGate gate = new LoginGate(builder(server).timeSource(time).build())) {
            gate.pass(Duration.ofSeconds(20));
            assertThat(server.openConnections()).isEqualTo(1);
            time.parkingMeter.get().run();
            Crowd.await(() -> server.openConnections() == 0);
        }
    }

    @Test
    void aConnectionOnItsWayIntoThePoolIsNoReasonForAnotherLogin() throws Exception {
        try (FakePostgres server = FakePostgres.start(trusted.server("localhost"));
                LoginGate gate =
                        new LoginGate(builder(server).timeSource(new GateTime()).build())) {
            gate.pass(Duration.ofSeconds(20));
            try (Connection fetched = gate.take()) {
                gate.pass(Duration.ofSeconds(20));
                assertThat(server.connections).hasValue(1);
                gate.delivered();
                gate.pass(Duration.ofSeconds(20));
                assertThat(server.connections).hasValue(2);
                assertThat(fetched.isClosed()).isFalse();
            }
        }
    }

    /** A clock that stands still; timers run on the machine's, except for the parking meter, which the test runs. */
    private static final class GateTime implements TimeSource {
        final AtomicReference<Runnable> parkingMeter = new AtomicReference<>();

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH;
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            if (delay.equals(LoginGate.PARKING_TIME)) {
                parkingMeter.set(task);
                return () -> {};
            }
            return TimeSource.system().schedule(delay, task);
        }
    }

    private static ConnectorBuilder builder(FakePostgres server) {
        return LakebaseConnector.builder()
                .host("localhost", server.port())
                .user("app")
                .password(() -> "secret")
                .sslRootCert(root);
    }
}
