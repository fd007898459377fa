package dev.lakebase.client.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.UnavailableException;
import dev.lakebase.client.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Thousands of caches that were started in the same moment, with borrowers, in virtual time. Failures are slow to make, so
 * of the outage the ordinary tests have a short form.
 */
@Timeout(300)
class FleetTest {
    private static final int MANY = 10_000;
    private static final int FEWER = 1_500;
    private static final Duration LIFE = Duration.ofHours(1);

    /** The cache gives a token up so long before its end. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private static final long SEED = 4;

    private final VirtualTime time = new VirtualTime();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Instant begin = time.instant();
    private final int[] mintsPerSecond = new int[25 * 3600];
    private Instant[] expiries = {};
    private CredentialCache[] caches = {};
    private final UnavailableException outage = new UnavailableException("the token service is down");
    private boolean down;
    private int minted;

    private void start(int count, RefreshPolicy policy) {
        caches = new CredentialCache[count];
        expiries = new Instant[count];
        for (int i = 0; i < caches.length; i++) {
            int number = i;
            caches[i] = CredentialCache.builder(request -> mint(number), CredentialCacheTest.REQUEST)
                    .timeSource(time)
                    .refreshPolicy(policy)
                    .random(new SplittableRandom(SEED + i))
                    .build();
            expiries[i] = begin;
            caches[i].prefetch();
        }
    }

    /** Answers after some 100 ms, as a network has it. */
    private CompletableFuture<DatabaseCredential> mint(int number) {
        CompletableFuture<DatabaseCredential> answer = new CompletableFuture<>();
        boolean refused = down;
        time.schedule(Duration.ofMillis(20 + random.nextInt(200)), () -> {
            if (refused) {
                answer.completeExceptionally(outage);
                return;
            }
            minted++;
            mintsPerSecond[(int) time.elapsed().toSeconds()]++;
            Instant now = time.instant();
            expiries[number] = now.plus(LIFE);
            answer.complete(new DatabaseCredential("t", now, expiries[number]));
        });
        return answer;
    }

    /** Whether a borrower gets a token now; it is never given an expired one, nor refused while there is a valid one. */
    private boolean borrow(int number) {
        Instant expiry = expiries[number];
        Instant now = time.instant();
        CompletableFuture<DatabaseCredential> got = caches[number].acquire();
        if (got.isDone() && !got.isCompletedExceptionally()) {
            if (!now.isBefore(got.join().expiresAt())) {
                throw new AssertionError("cache " + number + " handed out an expired token after " + time.elapsed());
            }
            return true;
        }
        if (now.isBefore(expiry.minus(MARGIN))) {
            throw new AssertionError("cache " + number + " refused a borrower after " + time.elapsed()
                    + " though its token is valid until " + expiry);
        }
        return false;
    }

    /** Lets time go by; of all borrowers a share comes in every step. */
    private void pass(Duration duration, Duration step, int share) {
        Duration end = time.elapsed().plus(duration);
        for (int turn = 0; time.elapsed().compareTo(end) < 0; turn++) {
            time.advance(step);
            for (int i = turn % share; i < caches.length; i += share) {
                borrow(i);
            }
        }
    }

    private int most(int fromSecond, int toSecond, int window) {
        int most = 0;
        int sum = 0;
        for (int second = fromSecond; second < toSecond; second++) {
            sum += mintsPerSecond[second];
            if (second - fromSecond >= window) {
                sum -= mintsPerSecond[second - window];
            }
            most = Math.max(most, sum);
        }
        return most;
    }

    @Test
    void aFleetThatStartedAtOnceAsksEvenlyAndSeldom() {
        start(MANY, RefreshPolicy.AHEAD);

        pass(Duration.ofHours(24), Duration.ofSeconds(30), 10);

        int later = Arrays.stream(mintsPerSecond, 3600, 24 * 3600).sum();
        double meanPerMinute = later / (23 * 60.0);
        double worst = most(3600, 24 * 3600, 60) / meanPerMinute;
        double perLife = minted / (caches.length * 24.0);
        System.out.printf(
                "Fleet of %d: %.0f mints a minute, worst minute %.2f times the mean, %.2f mints per life (seed %d)%n",
                caches.length, meanPerMinute, worst, perLife, SEED);
        assertThat(worst).as("seed %d", SEED).isLessThanOrEqualTo(1.5);
        assertThat(perLife).as("seed %d", SEED).isLessThanOrEqualTo(1.3);
    }

    @Test
    void anOutageOfFortyMinutesRefusesNobodyWhoseTokenIsValidAndIsOverForAllWithinHalfAMinute() {
        outage(FEWER);
    }

    @Test
    @Tag("soak")
    void tenThousandCachesComeThroughTheSameOutage() {
        outage(MANY);
    }

    private void outage(int count) {
        start(count, RefreshPolicy.AHEAD);
        pass(Duration.ofHours(3), Duration.ofSeconds(30), 10);

        down = true;
        pass(Duration.ofMinutes(40), Duration.ofSeconds(10), 5);
        int without = 0;
        for (int i = 0; i < caches.length; i++) {
            without += borrow(i) ? 0 : 1;
        }
        down = false;
        int recovered = (int) time.elapsed().toSeconds();
        int waiting = without;
        int seconds = 0;
        for (; waiting > 0 && seconds < 120; seconds++) {
            time.advance(Duration.ofSeconds(1));
            waiting = 0;
            for (int i = 0; i < caches.length; i++) {
                waiting += borrow(i) ? 0 : 1;
            }
        }
        pass(Duration.ofHours(3), Duration.ofSeconds(30), 10);

        double meanPerMinute = Arrays.stream(mintsPerSecond, 3600, 3 * 3600).sum() / 120.0;
        System.out.printf(
                "Fleet of %d after 40 minutes without the token service: %d had no token left, the last one got its own"
                        + " after %d s; surge: %d mints in the worst second, %d in the worst minute (%.0f usually); later"
                        + " %.2f times the mean in the worst minute (seed %d)%n",
                caches.length,
                without,
                seconds,
                most(recovered, recovered + 120, 1),
                most(recovered, recovered + 120, 60),
                meanPerMinute,
                most(recovered + 3600, recovered + 3 * 3600, 60) / meanPerMinute,
                SEED);
        assertThat(without).as("the outage was long enough to be felt").isGreaterThan(caches.length / 10);
        assertThat(waiting).isZero();
        assertThat(seconds).isLessThanOrEqualTo(30);
        assertThat(most(recovered + 3600, recovered + 3 * 3600, 60) / meanPerMinute)
                .as("those who came out of it together don't march in step afterwards, seed %d", SEED)
                .isLessThanOrEqualTo(count == MANY ? 2 : 3); // chance weighs more among few
    }

    @Test
    void aFleetThatAsksOnlyWhenAskedIsCoveredAsWell() {
        start(FEWER, RefreshPolicy.LAZY);
        pass(Duration.ofHours(2), Duration.ofSeconds(30), 10);

        down = true;
        pass(Duration.ofMinutes(40), Duration.ofSeconds(30), 10);
        down = false;
        pass(Duration.ofMinutes(30), Duration.ofSeconds(30), 10);

        for (int i = 0; i < caches.length; i++) {
            borrow(i);
        }
        time.advance(Duration.ofSeconds(30));
        int without = 0;
        for (int i = 0; i < caches.length; i++) {
            without += borrow(i) ? 0 : 1;
        }
        assertThat(without).isZero();
    }
}
