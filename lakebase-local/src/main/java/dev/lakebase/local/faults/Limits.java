package dev.lakebase.local.faults;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How often and for how long a fault strikes. Immutable.
 *
 * @param times strikes at most this often
 * @param skip lets this many go first that it could strike
 * @param duration ends this long after it was injected, by the clock of the run; null: when it is cleared
 * @param probability strikes with this chance, drawn from the run's seed
 */
public record Limits(long times, long skip, @Nullable Duration duration, double probability) {
    /** Every time, until it is cleared. */
    public static final Limits NONE = new Limits(Long.MAX_VALUE, 0, null, 1);

    /**
     * Checks what was asked for.
     *
     * @throws IllegalArgumentException for a number that makes no sense, naming it
     */
    public Limits {
        if (times < 1) {
            throw new IllegalArgumentException("times is " + times + ", expected 1 or more");
        }
        if (skip < 0) {
            throw new IllegalArgumentException("skip is " + skip + ", expected 0 or more");
        }
        if (duration != null && (duration.isZero() || duration.isNegative())) {
            throw new IllegalArgumentException("the duration of a fault is " + duration + ", expected more than zero");
        }
        if (!(probability > 0 && probability <= 1)) {
            throw new IllegalArgumentException("probability is " + probability + ", expected above 0 and at most 1");
        }
    }

    Limits withTimes(long count) {
        return new Limits(count, skip, duration, probability);
    }

    Limits withSkip(long count) {
        return new Limits(times, count, duration, probability);
    }

    Limits withDuration(Duration howLong) {
        return new Limits(times, skip, howLong, probability);
    }

    Limits withProbability(double chance) {
        return new Limits(times, skip, duration, chance);
    }

    /** For a person: empty, or {@code ", 2 times, after 1"}. */
    String describe() {
        var text = new StringBuilder();
        if (times == 1) {
            text.append(", once");
        } else if (times != Long.MAX_VALUE) {
            text.append(", ").append(times).append(" times");
        }
        if (skip > 0) {
            text.append(", after ").append(skip).append(" that go well");
        }
        if (probability < 1) {
            text.append(", with a chance of ").append(probability);
        }
        if (duration != null) {
            text.append(", for ").append(Durations.text(duration));
        }
        return text.toString();
    }
}
