package dev.lakebase.client;

import dev.lakebase.client.internal.ControlPlane;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The attempts at one change that must not be made twice. All together they keep the client's request time-out, or a longer
 * limit of their own.
 */
final class Attempts {
    /** Between two: a node that failed is out of the balancer's rotation by then. */
    static final Duration PAUSE = Duration.ofMillis(500);

    /** The same where an outage is to be outlasted, which takes minutes. */
    private static final Duration PAUSE_OF_THE_PATIENT = Duration.ofSeconds(2);

    /** No time-out is zero. */
    private static final Duration LEAST = Duration.ofMillis(1);

    /** HTTP's Date header is cut to seconds, on both sides of a comparison. */
    private static final Duration CLOCK_GRAIN = Duration.ofSeconds(2);

    private final ControlPlane plane;
    private final String resource;
    private final String change;
    private final Duration limit;
    private final long started;
    private volatile long firstUnclear;

    /** @param change as in "whether (it) took place" */
    Attempts(ControlPlane plane, String resource, String change) {
        this(plane, resource, change, plane.requestTimeout());
    }

    /** @param limit of them all; one alone keeps the client's request time-out in any case */
    Attempts(ControlPlane plane, String resource, String change, Duration limit) {
        this.plane = plane;
        this.resource = resource;
        this.change = change;
        this.limit = limit;
        this.started = plane.time().nanoTime();
        this.firstUnclear = started;
    }

    /** The next one is the first that may take place: those before it, if any, were refused. */
    void allWereRefused() {
        firstUnclear = plane.time().nanoTime();
    }

    boolean areOver() {
        return limit.compareTo(elapsed()) <= 0;
    }

    /**
     * Whether what failed for a while may be tried again although a call's time is up, or whoever calls is to decide that;
     * also where another attempt would come too late.
     */
    boolean arePatient() {
        return limit.compareTo(plane.requestTimeout()) > 0
                && limit.compareTo(elapsed().plus(PAUSE_OF_THE_PATIENT)) > 0;
    }

    Duration pause() {
        return arePatient() ? PAUSE_OF_THE_PATIENT : PAUSE;
    }

    /** For a look whether an attempt took place. */
    Duration left() {
        Duration left = limit.minus(elapsed());
        return atLeast(left.compareTo(plane.requestTimeout()) < 0 ? left : plane.requestTimeout());
    }

    /** For one attempt: half of what is left, so that there is time to look when no answer comes. */
    Duration forOne() {
        return atLeast(left().dividedBy(2));
    }

    private static Duration atLeast(Duration duration) {
        return duration.compareTo(LEAST) < 0 ? LEAST : duration;
    }

    /**
     * Whether a change that failed so may have taken place all the same.
     *
     * @param before the failure of the attempt before, if that may have
     */
    static boolean mayHaveLanded(LakebaseException failure, @Nullable LakebaseException before) {
        return failure instanceof UnavailableException
                && failure.retryable()
                && (before != null || !wasRefused(failure));
    }

    /** Too many requests, or another change under way. What went out before such an answer was refused as well. */
    private static boolean wasRefused(LakebaseException e) {
        return e.details().httpStatus() == 429 || e.details().httpStatus() == 409;
    }

    /**
     * Whether what was created then may have been created by one of them that was not refused.
     *
     * @param serverTime when the server said so, or null if it did not tell
     */
    boolean mayHaveCreated(@Nullable Instant created, @Nullable Instant serverTime) {
        Instant now = serverTime == null ? plane.time().instant() : serverTime;
        return created != null
                && !created.isBefore(now.minus(since(firstUnclear)).minus(CLOCK_GRAIN));
    }

    /** @param reason the last failure, if there was one */
    UnavailableException doubtful(@Nullable LakebaseException reason) {
        return new UnavailableException(
                "Whether " + change + " took place is not known after "
                        + elapsed().toMillis()
                        + " ms: look at it before trying again."
                        + (reason == null ? "" : " The last failure was: " + reason.getMessage()),
                reason == null ? ErrorDetails.of(resource) : reason.details(),
                reason);
    }

    private Duration elapsed() {
        return since(started);
    }

    private Duration since(long nanoTime) {
        return Duration.ofNanos(plane.time().nanoTime() - nanoTime);
    }
}
