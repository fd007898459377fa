package dev.lakebase.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.UnavailableException;
import dev.lakebase.client.VirtualTime;
import dev.lakebase.client.credential.CredentialCache;
import dev.lakebase.client.credential.CredentialRequest;
import dev.lakebase.client.credential.DatabaseCredential;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialServiceTest {
    private static final CredentialRequest REQUEST =
            CredentialRequest.of(EndpointName.parse("projects/shop/branches/production/endpoints/primary"));
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** The server's clock, whatever the local one shows. */
    private static final Instant THERE = Instant.parse("2026-11-01T12:00:00Z");

    private final FakeWire wire = new FakeWire();

    private CredentialService service(VirtualTime time) {
        return new CredentialService(
                new ControlPlane(new Transport(wire, time, new SplittableRandom(1)), TIMEOUT, null));
    }

    private void answerWithDate(Instant expiry) {
        wire.answer(
                200,
                "{\"token\":\"canary-of-the-password\",\"expire_time\":\"" + expiry + "\"}",
                Map.of("date", DateTimeFormatter.RFC_1123_DATE_TIME.format(THERE.atOffset(ZoneOffset.UTC))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "{}",
                "{\"token\":null,\"expire_time\":\"2099-01-01T00:00:00Z\"}",
                "{\"token\":7,\"expire_time\":\"2099-01-01T00:00:00Z\"}",
                "{\"token\":\"\",\"expire_time\":\"2099-01-01T00:00:00Z\"}",
                "{\"token\":\"canary-of-the-password\"}",
                "{\"token\":\"canary-of-the-password\",\"expire_time\":4070908800}",
                "{\"token\":\"canary-of-the-password\",\"expire_time\":\"tomorrow\"}",
                "{\"token\":\"canary-of-the-password\",\"expire_time\":\"2001-01-01T00:00:00Z\"}",
                "{\"token\":\"canary-of-the-password\",\"expiration_time\":[]}"
            })
    void aMalformedAnswerIsAClearErrorThatIsRetriedNeverCachedAndShowsNoToken(String body) {
        VirtualTime time = new VirtualTime(THERE);
        wire.answer(200, body);
        CredentialCache cache = CredentialCache.builder(service(time), REQUEST)
                .timeSource(time)
                .random(new SplittableRandom(1))
                .build();
        CompletableFuture<DatabaseCredential> waiter = cache.acquire();

        time.advance(TIMEOUT);

        assertThat(waiter).isCompletedExceptionally();
        assertThat(waiter.handle((credential, failure) -> failure).join())
                .hasRootCauseInstanceOf(UnavailableException.class)
                .message()
                .contains("the answer makes no sense")
                .doesNotContain("canary");
        assertThat(wire.calls).as("retried like an outage").hasSizeGreaterThan(1);
        assertThat(cache.expiresAt()).isNull();
        wire.answer(200, "{\"token\":\"good\",\"expire_time\":\"2026-11-01T13:00:00Z\"}");
        wire.skip();
        time.advance(Duration.ofSeconds(30));
        assertThat(cache.acquire().join().token()).isEqualTo("good");
    }

    @Test
    void aLocalClockThatIsHoursSlowDoesNotProlongTheToken() {
        VirtualTime slow = new VirtualTime(THERE.minus(Duration.ofHours(3)));
        answerWithDate(THERE.plus(Duration.ofHours(1)));

        DatabaseCredential credential = service(slow).mint(REQUEST).join();

        assertThat(Duration.between(slow.instant(), credential.expiresAt()))
                .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(60));
    }

    @Test
    void aLocalClockThatIsHoursFastDoesNotMakeEveryTokenLookExpired() {
        VirtualTime fast = new VirtualTime(THERE.plus(Duration.ofHours(3)));
        answerWithDate(THERE.plus(Duration.ofHours(1)));

        DatabaseCredential credential = service(fast).mint(REQUEST).join();

        assertThat(Duration.between(fast.instant(), credential.expiresAt()))
                .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(60));
    }

    @Test
    void aCredentialThatIsExpiredByTheServersOwnClockIsRefused() {
        VirtualTime slow = new VirtualTime(THERE.minus(Duration.ofHours(2)));
        answerWithDate(THERE.minusSeconds(60));

        CompletableFuture<DatabaseCredential> minted = service(slow).mint(REQUEST);
        slow.advance(TIMEOUT);

        assertThat(minted.handle((credential, failure) -> failure).join())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("is a clock wrong?");
    }
}
