package dev.lakebase.client.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.UnavailableException;
import dev.lakebase.client.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CredentialEventsTest {
    private static final Duration LIFE = Duration.ofHours(1);

    private final VirtualTime time = new VirtualTime();
    private final FakeSource source = new FakeSource(time, LIFE);
    private final Recorder recorder = new Recorder();
    private final CredentialCache cache = CredentialCache.builder(source, CredentialCacheTest.REQUEST)
            .timeSource(time)
            .refreshPolicy(RefreshPolicy.LAZY)
            .listener(recorder)
            .build();

    private static final class Recorder implements CredentialListener {
        final List<String> events = new ArrayList<>();

        @Override
        public void minted(CredentialRequest request, Duration took, Instant expiresAt) {
            events.add("minted for " + request.target() + " in " + took + " until " + expiresAt);
        }

        @Override
        public void failed(
                CredentialRequest request, Duration took, LakebaseException failure, int inARow, Instant coveredUntil) {
            events.add("failed " + inARow + " in " + took + " (" + failure.getMessage() + ") covered " + coveredUntil);
        }

        @Override
        public void discarded(CredentialRequest request, Duration age) {
            events.add("discarded at the age of " + age);
        }
    }

    @Test
    void aMintIsToldWithWhatItTook() {
        source.hold();
        CompletableFuture<DatabaseCredential> waiter = cache.acquire();
        time.advance(Duration.ofMillis(300));

        source.answer();

        assertThat(waiter).isCompleted();
        assertThat(recorder.events)
                .containsExactly("minted for " + CredentialCacheTest.REQUEST.target() + " in PT0.3S until "
                        + time.instant().plus(LIFE));
        assertThat(cache.expiresAt()).isEqualTo(time.instant().plus(LIFE));
    }

    @Test
    void aFailureSaysWhetherBorrowersNoticeIt() {
        cache.acquire().join();
        Instant lastSafeSecond = time.instant().plus(LIFE).minusSeconds(10);
        source.outage(new UnavailableException("down"));

        time.advance(Duration.ofMinutes(58));
        cache.acquire().join();
        time.advance(Duration.ofMinutes(3));
        assertThat(cache.acquire()).isCompletedExceptionally();

        assertThat(recorder.events)
                .hasSize(3)
                .endsWith("failed 1 in PT0S (down) covered " + lastSafeSecond, "failed 2 in PT0S (down) covered null");
    }

    @Test
    void aCredentialThatALoginWasRefusedWithIsDiscardedOnce() {
        DatabaseCredential first = cache.acquire().join();
        time.advance(Duration.ofSeconds(7));

        cache.invalidate(first);
        cache.invalidate(first);

        assertThat(recorder.events).hasSize(2).endsWith("discarded at the age of PT7S");
        assertThat(cache.expiresAt()).isNull();
    }

    @Test
    void aListenerThatFailsHarmsNobodyAndOneThatIsRemovedHearsNothing() {
        Recorder second = new Recorder();
        cache.addListener(new CredentialListener() {
            @Override
            public void minted(CredentialRequest request, Duration took, Instant expiresAt) {
                throw new IllegalStateException("broken listener");
            }
        });
        cache.addListener(second);

        DatabaseCredential credential = cache.acquire().join();
        cache.removeListener(second);
        cache.invalidate(credential);

        assertThat(credential.token()).isEqualTo("token-1");
        assertThat(second.events).hasSize(1);
        assertThat(recorder.events).hasSize(2);
    }
}
