package dev.lakebase.local;

import static dev.lakebase.local.Eventually.eventually;
import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;

/** What passes with time, on an instance whose clock a test can move. */
class ClockTest {
    private static final AtomicReference<Duration> AHEAD = new AtomicReference<>(Duration.ZERO);
    private static LakebaseLocal local;

    @BeforeAll
    static void start() {
        InstantSource clock = () -> Instant.now().plus(AHEAD.get());
        local = LakebaseLocal.builder().clock(clock).user("o'neil@example.com").start();
    }

    @AfterAll
    static void close() {
        local.close();
    }

    private static void pass(Duration time) {
        AHEAD.updateAndGet(time::plus);
    }

    @Test
    void expiredTokenIsRefusedAtLoginWhileOpenConnectionsLiveOn() throws Exception {
        var rest = new Rest(local);
        int port = rest.gatewayPort(local.endpoint());
        String token = rest.credential(local.endpoint());
        try (var connection = Pg.connect(local, port, local.user(), token)) {
            pass(Duration.ofSeconds(3601));
            var refusal = catchThrowableOfType(
                    PSQLException.class,
                    () -> Pg.connect(local, port, local.user(), token).close());
            assertThat(refusal.getSQLState()).isEqualTo("28P01");
            assertThat(refusal.getServerErrorMessage().getMessage()).contains("expired at");
            assertThat(refusal.getServerErrorMessage().getHint()).contains("Mint a new token");
            // the compute may have been put to sleep by the same hour; a new token wakes it either way
            Pg.connect(local, local.endpoint()).close();
        }
    }

    @Test
    void idleComputeFallsAsleepAlthoughAConnectionIsOpenAndABusyOneDoesNot() throws Exception {
        var rest = new Rest(local);
        rest.createBranch("busy", "production");
        String busy = "projects/local/branches/busy/endpoints/primary";
        try (var idle = Pg.connect(local, local.endpoint());
                var working = Pg.connect(local, busy)) {
            working.setAutoCommit(false);
            assertThat(query(working, "select 1")).isEqualTo("1");
            assertThat(idle.isClosed()).isFalse();
            pass(Duration.ofSeconds(301));
            eventually(
                    Duration.ofSeconds(20),
                    () -> assertThat(rest.get(local.endpoint()).text("/status/current_state"))
                            .isEqualTo("IDLE"));
            assertThat(rest.get(busy).text("/status/current_state"))
                    .as("a transaction is open")
                    .isEqualTo("ACTIVE");
            assertThat(query(working, "select 2")).isEqualTo("2");
        } finally {
            rest.deleteBranch("busy");
        }
    }

    @Test
    void expiredOAuthTokenIsUnauthenticated() {
        String access =
                OAuth.accessToken(local, local.clientId(), local.clientSecret()).text("/access_token");
        var rest = new Rest(local.host(), access);
        rest.get("projects").expect(200);
        pass(Duration.ofHours(1));
        rest.get("projects").expect(401);
    }

    @Test
    void sleepingComputeThatIsAskedForItsRolesStaysAwakeForTheAnswer() {
        var rest = new Rest(local);
        pass(Duration.ofSeconds(301));
        eventually(
                Duration.ofSeconds(20),
                () -> assertThat(rest.get(local.endpoint()).text("/status/current_state"))
                        .isEqualTo("IDLE"));
        rest.get("projects/local/branches/production/roles").expect(200);
        Instant active = Instant.parse(rest.get(local.endpoint()).text("/status/last_active_time"));
        assertThat(active)
                .as("its idle time began anew")
                .isAfter(Instant.now().plus(AHEAD.get()).minusSeconds(60));
    }
}
