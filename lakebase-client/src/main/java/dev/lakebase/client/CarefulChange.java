package dev.lakebase.client;

import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Sends a change that must not be made twice: before it is sent again, somebody looks whether it took place. */
final class CarefulChange {
    /** Between two attempts: a node that failed is out of the balancer's rotation by then. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    /** No time-out is zero. */
    private static final Duration LEAST = Duration.ofMillis(1);

    private final ControlPlane plane;
    private final Call call;
    private final Look look;
    private final long started;

    /** Finds out whether an attempt whose answer is not known took place. */
    interface Look {
        /**
         * Reads.
         *
         * @param elapsed since the first attempt was about to be sent
         * @param left the longest time that reading may take
         * @param unclear the failure that left it unclear
         */
        boolean tookPlace(Duration elapsed, Duration left, LakebaseException unclear);
    }

    CarefulChange(ControlPlane plane, Call call, Look look) {
        this.plane = plane;
        this.call = call;
        this.look = look;
        this.started = plane.time().nanoTime();
    }

    /** Blocks for at most the client's request time-out. */
    ControlPlane.Accepted send() {
        LakebaseException unclear = null;
        while (true) {
            // half of what is left, so that there is time to look when no answer comes
            Duration attempt = left(unclear).dividedBy(2).plus(LEAST);
            try {
                return plane.call(call, attempt, ControlPlane::accepted);
            } catch (UnavailableException e) {
                if (!e.retryable() || (unclear == null && wasRefused(e))) {
                    throw e; // nothing happened, and waiting longer is the caller's to decide
                }
                unclear = e;
            } catch (AlreadyExistsException | NotFoundException e) {
                if (unclear == null) {
                    throw e;
                }
            }
            if (tookPlace(unclear)) {
                return ControlPlane.Accepted.unknown();
            }
            plane.pause(PAUSE, "the next attempt at " + call.resource());
        }
    }

    /** Too many requests, or another change under way. What went out before such an answer was refused as well. */
    private static boolean wasRefused(UnavailableException e) {
        return e.details().httpStatus() == 429 || e.details().httpStatus() == 409;
    }

    private boolean tookPlace(LakebaseException unclear) {
        Duration left = left(unclear);
        try {
            return look.tookPlace(elapsed(), left, unclear);
        } catch (UnavailableException e) {
            throw doubtful(e);
        }
    }

    private Duration left(@Nullable LakebaseException unclear) {
        Duration left = plane.requestTimeout().minus(elapsed());
        if (left.compareTo(LEAST) < 0) {
            throw doubtful(unclear);
        }
        return left;
    }

    private Duration elapsed() {
        return Duration.ofNanos(plane.time().nanoTime() - started);
    }

    private LakebaseException doubtful(@Nullable LakebaseException reason) {
        return new UnavailableException(
                "Whether " + call.method() + " for " + call.resource() + " took place is not known after "
                        + elapsed().toMillis() + " ms: look at it before trying again."
                        + (reason == null ? "" : " The last failure was: " + reason.getMessage()),
                reason == null ? ErrorDetails.of(call.resource()) : reason.details(),
                reason);
    }
}
