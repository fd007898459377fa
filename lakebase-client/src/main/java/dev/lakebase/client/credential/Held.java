package dev.lakebase.client.credential;

import java.time.Duration;
import java.time.Instant;

/** A credential with its dates on both clocks: the wall clock, and the ticker that nobody can set. */
record Held(DatabaseCredential credential, long staleNanos, Instant staleAt, long expiredNanos, Instant expiredAt) {

    boolean isValid(long nanos, Instant wall) {
        return nanos - expiredNanos < 0 && wall.isBefore(expiredAt);
    }

    boolean isStale(long nanos, Instant wall) {
        return nanos - staleNanos >= 0 || !wall.isBefore(staleAt);
    }

    Duration untilStale(long nanos) {
        return Duration.ofNanos(Math.max(0, staleNanos - nanos));
    }
}
