package dev.lakebase.client.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.NotFoundException;
import dev.lakebase.client.PermissionDeniedException;
import dev.lakebase.client.UnavailableException;
import dev.lakebase.client.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CredentialCacheTest {
    static final CredentialRequest REQUEST =
            CredentialRequest.of(EndpointName.parse("projects/shop/branches/production/endpoints/primary"));
    private static final Duration LIFE = Duration.ofHours(1);

    private final VirtualTime time = new VirtualTime();
    private final FakeSource source = new FakeSource(time, LIFE);

    private CredentialCache cache(RefreshPolicy policy) {
        return CredentialCache.builder(source, REQUEST)
                .timeSource(time)
                .refreshPolicy(policy)
                .random(new SplittableRandom(42))
                .build();
    }

    private static String token(CompletableFuture<DatabaseCredential> acquired) {
        assertThat(acquired).as("completed at once").isCompleted();
        return acquired.join().token();
    }

    private static Throwable failure(CompletableFuture<DatabaseCredential> acquired) {
        assertThat(acquired).as("failed at once").isCompletedExceptionally();
        return acquired.handle((credential, failure) -> failure).join();
    }

    @Test
    void nothingIsMintedBeforeSomebodyAsks() {
        cache(RefreshPolicy.AHEAD);

        time.advance(Duration.ofHours(3));

        assertThat(source.mints()).isZero();
    }

    @Test
    void aFreshCredentialIsHandedOutAgainWithoutAMint() {
        CredentialCache cache = cache(RefreshPolicy.LAZY);

        assertThat(token(cache.acquire())).isEqualTo("token-1");
        time.advance(Duration.ofMinutes(2));
        assertThat(token(cache.acquire())).isEqualTo("token-1");
        assertThat(source.mints()).isOne();
    }

    @Test
    void borrowDuringSlowRefreshDoesNotWait() {
        CredentialCache cache = cache(RefreshPolicy.LAZY);
        token(cache.acquire());
        source.hold();

        time.advance(Duration.ofMinutes(55));
        List<String> borrowed = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            borrowed.add(token(cache.acquire()));
        }

        assertThat(borrowed).containsOnly("token-1");
        assertThat(source.mints()).as("one refresh for all of them").isEqualTo(2);
        source.answer();
        assertThat(token(cache.acquire())).isEqualTo("token-2");
    }

    @Test
    void aheadRefreshesWithoutAnybodyAsking() {
        CredentialCache cache = cache(RefreshPolicy.AHEAD);
        token(cache.acquire());

        time.advance(Duration.ofHours(24));

        assertThat(source.mints()).isBetween(27, 32); // some 83 % of an hour between two
        int before = source.mints();
        token(cache.acquire());
        assertThat(source.mints()).isEqualTo(before);
    }

    @Test
    void lazyRunsNoTimerAndMintsForTheOneWhoAsks() {
        CredentialCache cache = cache(RefreshPolicy.LAZY);
        token(cache.acquire());

        assertThat(time.pending()).isZero();
        time.advance(Duration.ofHours(24));
        assertThat(source.mints()).isOne();
        assertThat(token(cache.acquire())).isEqualTo("token-2");
    }

    @Test
    void anExpiredCredentialIsNeverHandedOut() {
        CredentialCache cache = cache(RefreshPolicy.LAZY);
        DatabaseCredential first = cache.acquire().join();
        source.hold();

        time.advance(LIFE.minusSeconds(11));
        assertThat(cache.acquire()).isCompletedWithValue(first);
        time.advance(Duration.ofSeconds(2)); // inside the safety margin of ten seconds
        assertThat(cache.acquire()).isNotDone();
    }

    @Test
    void anOutageIsCoveredByTheOldTokenToItsLastSafeSecond() {
        CredentialCache cache = cache(RefreshPolicy.AHEAD);
        DatabaseCredential first = cache.acquire().join();
        source.outage(new UnavailableException("the token service is down"));

        while (time.elapsed().compareTo(LIFE.minusSeconds(11)) < 0) {
            assertThat(cache.acquire()).isCompletedWithValue(first);
            time.advance(Duration.ofMillis(500));
        }

        assertThat(source.mints()).as("backs off instead of hammering").isLessThan(600);
        time.advance(Duration.ofSeconds(11));
        assertThat(failure(cache.acquire())).hasMessage("the token service is down");
    }

    @Test
    void afterAnOutageAheadRecoversWithinThirtySecondsByItself() {
        CredentialCache cache = cache(RefreshPolicy.AHEAD);
        token(cache.acquire());
        source.outage(new UnavailableException("the token service is down"));
        time.advance(LIFE.multipliedBy(2));

        source.outage(null);
        int before = source.mints();
        time.advance(Duration.ofSeconds(30));

        assertThat(source.mints()).isEqualTo(before + 1);
        token(cache.acquire());
    }

    @Test
    void allWhoWaitForAnExpiredTokenGetTheOneFailureWithItsReason() {
        CredentialCache cache = cache(RefreshPolicy.AHEAD);
        source.hold();
        List<CompletableFuture<DatabaseCredential>> waiters = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            waiters.add(cache.acquire());
        }

        PermissionDeniedException reason = new PermissionDeniedException("needs CAN USE");
        source.fail(reason);

        assertThat(source.mints()).isOne();
        assertThat(waiters)
                .allSatisfy(waiter -> assertThat(waiter.handle((c, e) -> e).join())
                        .satisfiesAnyOf(
                                e -> assertThat(e).isSameAs(reason),
                                e -> assertThat(e).hasCause(reason)));
        assertThatThrownBy(() -> cache.get(Duration.ofSeconds(1))).isSameAs(reason);
    }

    @Test
    void aFailureIsRememberedForItsBackoffAndNotLonger() {
        CredentialCache cache = cache(RefreshPolicy.LAZY);
        source.outage(new UnavailableException("down"));
        failure(cache.acquire());

        failure(cache.acquire());
        assertThat(source.mints()).as("nobody hammers").isOne();

        source.outage(null);
        time.advance(Duration.ofSeconds(1));
        assertThat(token(cache.acquire())).isEqualTo("token-2");
    }

    @Test
    void aDeniedIdentityIsNotAskedForByTheTimer() {
        CredentialCache cache = cache(RefreshPolicy.AHEAD);
        source.outage(new PermissionDeniedException("no"));
        failure(cache.acquire());

        time.advance(Duration.ofHours(5));

        assertThat(source.mints()).isOne();
    }

    @Test
    void anEndpointThatIsGoneIsAskedForOnceMoreAndThenLeftAlone() {
        CredentialCache cache = cache(RefreshPolicy.AHEAD);
        token(cache.acquire());
        source.outage(new NotFoundException("the branch was deleted"));

        time.advance(Duration.ofHours(5));

        assertThat(source.mints()).isEqualTo(2);
        assertThat(time.pending()).isZero();
    }

    @Test
    void invalidateDropsTheCurrentCredentialOnly() {
        CredentialCache cache = cache(RefreshPolicy.AHEAD);
        DatabaseCredential first = cache.acquire().join();

        cache.invalidate(first);
        DatabaseCredential second = cache.acquire().join();
        cache.invalidate(first); // somebody else noticed later

        assertThat(second.token()).isEqualTo("token-2");
        assertThat(cache.acquire()).isCompletedWithValue(second);
        assertThat(source.mints()).isEqualTo(2);
    }

    @Test
    void aLaptopThatSleptAndWhoseTickerStoodStillHandsOutNothingExpired() {
        CredentialCache cache = cache(RefreshPolicy.AHEAD);
        token(cache.acquire());

        time.setWallClock(Duration.ofHours(8));

        assertThat(token(cache.acquire())).isEqualTo("token-2");
    }

    @Test
    void aClockThatIsSetBackDoesNotProlongAToken() {
        CredentialCache cache = cache(RefreshPolicy.LAZY);
        token(cache.acquire());

        time.setWallClock(Duration.ofHours(-8));
        time.advance(LIFE);

        assertThat(token(cache.acquire())).isEqualTo("token-2");
    }

    @Test
    void anExpiryInThePastIsAnErrorAndNotCached() {
        CredentialCache cache = cache(RefreshPolicy.LAZY);
        source.hold();
        CompletableFuture<DatabaseCredential> waiter = cache.acquire();

        Instant now = time.instant();
        source.answer(new DatabaseCredential("old", now.minus(LIFE), now));

        assertThat(failure(waiter))
                .isInstanceOf(Exception.class)
                .hasMessageContaining("expired at " + now + " already");
    }

    @Test
    void aSourceThatGivesNullOrThrowsIsAnErrorForTheWaiters() {
        CredentialCache nulls = CredentialCache.builder(request -> CompletableFuture.completedFuture(null), REQUEST)
                .timeSource(time)
                .build();
        CredentialCache throwing = CredentialCache.builder(
                        request -> {
                            throw new IllegalStateException("broken source");
                        },
                        REQUEST)
                .timeSource(time)
                .build();

        assertThatThrownBy(() -> nulls.get(Duration.ofSeconds(1))).isInstanceOf(LakebaseException.class);
        assertThatThrownBy(() -> throwing.get(Duration.ofSeconds(1)))
                .isInstanceOf(LakebaseException.class)
                .hasMessageContaining("broken source");
    }

    @Test
    void aMintThatNeverEndsIsGivenUp() {
        CredentialCache cache = cache(RefreshPolicy.LAZY);
        source.hold();
        CompletableFuture<DatabaseCredential> waiter = cache.acquire();

        time.advance(Duration.ofSeconds(60));

        assertThat(failure(waiter)).hasMessageContaining("not minted within 60 s");
    }

    @Test
    void closeFailsWaitersAndLeavesNoTimer() {
        CredentialCache cache = cache(RefreshPolicy.AHEAD);
        source.hold();
        CompletableFuture<DatabaseCredential> waiter = cache.acquire();

        cache.close();

        assertThat(failure(waiter)).hasMessageContaining("is closed");
        assertThat(failure(cache.acquire())).hasMessageContaining("is closed");
        source.answer();
        assertThat(failure(cache.acquire())).hasMessageContaining("is closed");
        assertThat(time.pending()).isZero();
    }

    @Test
    void cancellingOnesOwnFutureDisturbsNobody() {
        CredentialCache cache = cache(RefreshPolicy.AHEAD);
        source.hold();
        CompletableFuture<DatabaseCredential> impatient = cache.acquire();
        CompletableFuture<DatabaseCredential> patient = cache.acquire();

        impatient.cancel(true);
        source.answer();

        assertThat(token(patient)).isEqualTo("token-1");
    }

    @Test
    void aShortLivedTokenIsNotEatenUpByTheMargin() {
        FakeSource brief = new FakeSource(time, Duration.ofSeconds(5));
        CredentialCache cache = CredentialCache.builder(brief, REQUEST)
                .timeSource(time)
                .refreshPolicy(RefreshPolicy.LAZY)
                .build();
        token(cache.acquire());
        brief.hold();

        time.advance(Duration.ofMillis(4_500));

        assertThat(token(cache.acquire())).isEqualTo("token-1");
    }

    @Test
    void toStringShowsNoToken() {
        CredentialCache cache = cache(RefreshPolicy.AHEAD);
        DatabaseCredential credential = cache.acquire().join();

        assertThat(cache.toString() + credential)
                .doesNotContain(credential.token())
                .contains("expires");
    }

    @Test
    void aMintThatDiesOfAnErrorIsAFailureForTheWaiters() {
        CredentialCache cache = CredentialCache.builder(
                        request -> CompletableFuture.failedFuture(new StackOverflowError("too deep")), REQUEST)
                .timeSource(time)
                .build();

        assertThat(failure(cache.acquire()))
                .hasCauseInstanceOf(LakebaseException.class)
                .hasMessageContaining("too deep");
    }

    @Test
    void aCredentialThatNeverExpiresIsHandedOut() {
        CredentialCache cache = cache(RefreshPolicy.AHEAD);
        source.hold();
        CompletableFuture<DatabaseCredential> waiter = cache.acquire();

        source.answer(new DatabaseCredential("eternal", time.instant(), Instant.MAX));

        assertThat(token(waiter)).isEqualTo("eternal");
    }
}
