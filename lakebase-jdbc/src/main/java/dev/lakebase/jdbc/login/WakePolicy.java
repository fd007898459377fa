package dev.lakebase.jdbc.login;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long one login may take in all, and how it paces itself while a compute wakes or is full.
 *
 * @param budget the longest time from asking for a connection to having it, everything included: look-up, token, TLS,
 *     wake-up. At least 100 ms. Default 20 s: wakes of up to some seconds are normal, and it has to stay under the pool's
 *     {@code connectionTimeout} (30 s), so that the borrower hears the reason and not just "timed out".
 * @param firstDelay the pause before the first retry. Default 50 ms: the fastest wakes take some 100 ms.
 * @param maximumDelay pauses double up to this. Default 1 s: a compute that needs longer is not helped by haste.
 */
public record WakePolicy(Duration budget, Duration firstDelay, Duration maximumDelay) {
    // before DEFAULT, whose constructor reads it
    static final Duration SHORTEST_BUDGET = Duration.ofMillis(100);

    /** The defaults named at the components. */
    public static final WakePolicy DEFAULT =
            new WakePolicy(Duration.ofSeconds(20), Duration.ofMillis(50), Duration.ofSeconds(1));

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a duration is out of its range
     */
    public WakePolicy {
        if (budget.compareTo(SHORTEST_BUDGET) < 0) {
            throw new IllegalArgumentException("wake budget must be at least 100 ms, not " + budget);
        }
        if (firstDelay.isNegative() || firstDelay.isZero()) {
            throw new IllegalArgumentException("first delay must be positive, not " + firstDelay);
        }
        if (maximumDelay.compareTo(firstDelay) < 0) {
            throw new IllegalArgumentException(
                    "maximum delay " + maximumDelay + " must not be shorter than the first delay " + firstDelay);
        }
    }

    /** The same pace with another budget. */
    public WakePolicy withBudget(Duration newBudget) {
        return new WakePolicy(newBudget, firstDelay, maximumDelay);
    }

    /** The pause before retry {@code number} (0 is the first): doubled each time, then between half and all of it. */
    Duration delay(int number, RandomGenerator random) {
        long ceiling = maximumDelay.toNanos();
        long full = number >= 30 ? ceiling : Math.min(ceiling, firstDelay.toNanos() << number);
        return Duration.ofNanos(full / 2 + random.nextLong(full / 2 + 1));
    }
}
