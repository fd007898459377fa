package dev.lakebase.client.credential;

import dev.lakebase.client.internal.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** When a credential becomes stale and when it counts as expired. Not thread-safe, for the random generator is not. */
final class RefreshSchedule {
    /**
     * Between handing a token out and the server's look at it lies a login: connecting, TLS, and the wake-up of a compute.
     * Ten seconds cover all but the slowest wake-up, which the login path mends by minting anew.
     */
    private static final Duration LONGEST_MARGIN = Duration.ofSeconds(10);

    /** A stand-in may promise {@link Instant#MAX}, with which dates and nanoseconds overflow; the platform's live an hour. */
    private static final Duration LONGEST_LIFE = Duration.ofDays(1);

    /** Of a short-lived token the margin must not eat the whole life. */
    private static final int MARGIN_SHARE = 20;

    /**
     * From here to there, as shares of the life, lies the moment of a refresh. Of an hour some 7 to 13 minutes remain to
     * ride out an outage of the credential service, and on average a token serves for 83 % of its life.
     */
    private static final double EARLIEST = 0.78;

    private static final double LATEST = 0.88;

    /**
     * A fleet that was started in one moment, or came out of one outage, would march in step for ever. So the first
     * refresh is drawn from the whole life, and the following ones, which are about as far apart as this range is long,
     * stay spread evenly.
     */
    private static final double EARLIEST_FIRST = 0.05;

    /** A second bridges a hiccup; a quarter of a minute keeps both the outage's end and the load of asking near. */
    private static final Backoff PAUSES = new Backoff(Duration.ofSeconds(1), 2, Duration.ofSeconds(15), 0.5);

    private final RandomGenerator random;

    RefreshSchedule(RandomGenerator random) {
        this.random = random;
    }

    /** @param spread whether others got theirs in the same moment */
    Held hold(DatabaseCredential credential, long nanos, Instant wall, boolean spread) {
        Duration stated = Duration.between(wall, credential.expiresAt());
        Duration life = stated.compareTo(LONGEST_LIFE) < 0 ? stated : LONGEST_LIFE;
        Duration share = life.dividedBy(MARGIN_SHARE);
        Duration margin = share.compareTo(LONGEST_MARGIN) < 0 ? share : LONGEST_MARGIN;
        Duration usable = life.minus(margin);
        double from = spread ? EARLIEST_FIRST : EARLIEST;
        double drawn = from + (LATEST - from) * random.nextDouble();
        Duration fresh = Duration.ofNanos((long) (usable.toNanos() * drawn));
        return new Held(
                credential, nanos + fresh.toNanos(), wall.plus(fresh), nanos + usable.toNanos(), wall.plus(usable));
    }

    /** @param count the failures before this one, without a success between them */
    Duration pauseAfterFailure(int count) {
        return PAUSES.pause(count, random);
    }
}
