package dev.lakebase.local.faults;

import java.math.BigDecimal;
import java.time.Duration;

/** Durations, checked and for a person to read. */
final class Durations {
    private Durations() {}

    static Duration requirePositive(String name, Duration duration) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(name + " is " + duration + ", expected more than zero");
        }
        return duration;
    }

    /** Such as {@code 1.5 s}. */
    static String text(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }
}
