package dev.lakebase.jdbc.login;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.NotFoundException;
import dev.lakebase.client.TimeSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one login may still try: its pace, its second chances, and its budget. Used by the login's thread. */
final class Retries {
    private static final Logger LOG = LoggerFactory.getLogger(LakebaseConnector.class);

    /** A compute that wakes as it should is up by then; one call of the platform is cheap against one more second of waiting. */
    private static final int TRIES_BEFORE_SECOND_LOOK = 2;

    private final LoginParts parts;
    private final TimeSource time;
    private final CompletableFuture<SQLException> aborted;
    private final long deadline;
    private int pauses;
    private int wakingTries;
    private boolean rejectedBefore;
    private boolean forgotten;
    private @Nullable Long freshUntil;
    private @Nullable CompletableFuture<Compute> secondLook;

    Retries(LoginParts parts, CompletableFuture<SQLException> aborted, long deadline) {
        this.parts = parts;
        this.time = parts.time();
        this.aborted = aborted;
        this.deadline = deadline;
    }

    Duration remaining() {
        return Duration.ofNanos(Math.max(0, deadline - time.nanoTime()));
    }

    void stopIfAborted() throws SQLException {
        SQLException why = aborted.getNow(null);
        if (why != null) {
            throw why;
        }
    }

    /** Backs off once. False if the budget has no room for another try. */
    boolean pause() throws SQLException, InterruptedException {
        long delay = parts.policy().delay(pauses++, parts.random()).toNanos();
        if (remaining().toNanos() <= delay) {
            return false;
        }
        try {
            Waits.await(time, aborted, time.nanoTime() + delay);
        } catch (TimeoutException e) {
            return true; // slept well
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // nobody completes it exceptionally
        }
        stopIfAborted();
        return true;
    }

    /** True once: a token that is turned down is replaced once without asking why. */
    boolean firstRejection() {
        boolean first = !rejectedBefore;
        rejectedBefore = true;
        return first;
    }

    /**
     * True for the answer of a branch that does not know its identities yet, while the platform says that the branch is so
     * young that this may be so. A server that names another reason, such as a missing role, is believed at once.
     */
    boolean mayKnowUsSoon(SQLException rejection, ConnectionTarget target) throws InterruptedException {
        EndpointName endpoint = target.endpoint();
        if (endpoint == null || !LoginErrors.mentions(rejection, "authorization failed")) {
            return false;
        }
        Long until = freshUntil;
        if (until == null) {
            until = parts.branchAge().freshUntil(endpoint.branchName(), aborted, deadline);
            freshUntil = until;
        }
        return time.nanoTime() - until < 0;
    }

    /** The place has no address. True if it is looked up anew, which happens once. */
    boolean forget(Place place) {
        if (forgotten || !parts.places().forget(place)) {
            return false;
        }
        forgotten = true;
        return true;
    }

    /** Asks, without waiting and once, whether the compute that does not come up is still there. */
    void lookAgain() {
        if (secondLook == null && ++wakingTries >= TRIES_BEFORE_SECOND_LOOK) {
            secondLook = parts.places().lookAgain();
        }
    }

    /** What the platform said meanwhile: why waiting is no use, or null. A new host is taken over. */
    @Nullable
    LoginFailure secondLook(Place place) {
        CompletableFuture<Compute> look = secondLook;
        if (look == null || !look.isDone()) {
            return null;
        }
        try {
            Compute compute = look.join();
            if (compute.off()) {
                return LoginFailure.DISABLED;
            }
            if (parts.places().moved(place, compute)) {
                LOG.warn("{}: {} is at another host now, not at {} any more", parts.name(), compute.name(), place);
            }
        } catch (CompletionException e) {
            if (e.getCause() instanceof NotFoundException) {
                return LoginFailure.GONE;
            }
        }
        return null;
    }
}
