package dev.lakebase.client.internal;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Growing pauses with jitter. Immutable; the random generator is the caller's to guard. */
public record Backoff(Duration first, double growth, Duration longest, double jitter) {

    /**
     * The pause after that many failures or polls.
     *
     * @param count from 0
     */
    public Duration pause(int count, RandomGenerator random) {
        double nanos = Math.min(first.toNanos() * Math.pow(growth, Math.min(count, 200)), (double) longest.toNanos());
        return Duration.ofNanos((long) (nanos * (1 - jitter * random.nextDouble())));
    }
}
