package dev.lakebase.client;

import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;

/** Sends a change that must not be made twice: before it is sent again, somebody looks whether it took place. */
final class CarefulChange {
    private final ControlPlane plane;
    private final Call call;
    private final Look look;
    private final Attempts attempts;

    /** Finds out whether an attempt whose answer is not known took place. */
    interface Look {
        /**
         * Reads, in what is left of the time.
         *
         * @param unclear the failure that left it unclear
         */
        boolean tookPlace(Attempts attempts, LakebaseException unclear);
    }

    CarefulChange(ControlPlane plane, Call call, Look look) {
        this.plane = plane;
        this.call = call;
        this.look = look;
        this.attempts = new Attempts(plane, call.resource(), call.method() + " for " + call.resource());
    }

    /** Blocks for at most the client's request time-out. */
    ControlPlane.Accepted send() {
        LakebaseException unclear = null;
        while (!attempts.areOver()) {
            try {
                return plane.call(call, attempts.forOne(), ControlPlane::accepted);
            } catch (UnavailableException e) {
                if (!Attempts.mayHaveLanded(e, unclear)) {
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
            plane.pause(Attempts.PAUSE, "the next attempt at " + call.resource());
        }
        throw attempts.doubtful(unclear);
    }

    private boolean tookPlace(LakebaseException unclear) {
        if (attempts.areOver()) {
            throw attempts.doubtful(unclear);
        }
        try {
            return look.tookPlace(attempts, unclear);
        } catch (UnavailableException e) {
            throw attempts.doubtful(e);
        }
    }
}
