package dev.lakebase.client;

import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Poller;
import dev.lakebase.client.internal.Resources;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Deletes or purges one branch, after a look at what it is. */
final class BranchDeletion {
    private final ControlPlane plane;
    private final BranchName name;
    private final @Nullable String reason;
    private final BranchReads reads;

    BranchDeletion(ControlPlane plane, BranchName name) {
        this(plane, name, null);
    }

    /** @param reason what the audit hears besides the caller's own reason */
    BranchDeletion(ControlPlane plane, BranchName name, @Nullable String reason) {
        this.plane = plane;
        this.name = name;
        this.reason = reason;
        this.reads = new BranchReads(plane, name.projectName());
    }

    /** Deletes a branch that nobody would miss. */
    Operation<DeleteOutcome> start() {
        Branch branch = reads.orNull(name);
        if (branch == null) {
            return alreadyGone();
        }
        BranchGuard.check(
                branch,
                () -> !reads.children(name).isEmpty(),
                "deleted",
                "delete(\"" + name.branch() + "\", \"" + branch.uid() + "\")");
        return send(branch.uid(), false);
    }

    /** Deletes a branch of any kind that has that uid. */
    Operation<DeleteOutcome> startFor(String expectedUid) {
        Branch branch = reads.orNull(name);
        if (branch == null) {
            return alreadyGone();
        }
        BranchGuard.checkUid(branch, expectedUid, "deleted");
        return send(expectedUid, false);
    }

    /**
     * Deletes a branch that has that uid and still is one that nobody would miss.
     *
     * @throws BranchProtectedException if it is another one, or somebody would
     */
    Operation<DeleteOutcome> startGuarded(String expectedUid, Supplier<Boolean> hasChildren) {
        Branch branch = reads.orNull(name);
        if (branch == null) {
            return alreadyGone();
        }
        BranchGuard.checkUid(branch, expectedUid, "deleted");
        BranchGuard.check(branch, hasChildren, "deleted", "delete(\"" + name.branch() + "\", \"" + expectedUid + "\")");
        return send(expectedUid, false);
    }

    /** Deletes the branch of that uid for good, whether it was deleted before or not. */
    Operation<DeleteOutcome> startPurge(String expectedUid) {
        Branch branch = reads.orNull(name);
        if (branch == null) {
            return tombstone(expectedUid) == null ? alreadyGone() : send(expectedUid, true);
        }
        BranchGuard.checkUid(branch, expectedUid, "purged");
        return send(expectedUid, true);
    }

    private @Nullable Branch tombstone(String uid) {
        return reads.deleted().stream()
                .filter(deleted -> deleted.name().equals(name) && deleted.uid().equals(uid))
                .findFirst()
                .orElse(null);
    }

    /** Sends the delete, again after a failure that may go away, but only while the name still is that branch's. */
    private Operation<DeleteOutcome> send(String uid, boolean purge) {
        Call call = (purge ? Call.purge(name.toString()) : Call.delete(name.toString()))
                .ofUid(uid)
                .because(reason)
                .onlyWhile(() -> stillMeant(uid, purge));
        CarefulChange change =
                new CarefulChange(plane, call, (attempts, unclear) -> tookPlace(uid, purge, attempts.left()));
        try {
            return operation(change.send());
        } catch (NotFoundException e) {
            return deleted(); // it was there a moment ago: somebody was faster
        }
    }

    /** Whether the name still is that branch's; a tombstone may not be seen like that. */
    private CompletableFuture<Boolean> stillMeant(String uid, boolean purge) {
        return BranchReadiness.orNull(plane.send(Call.get(name.toString()), (body, answer) -> Resources.branch(body)))
                .thenApply(found -> found == null ? purge : found.uid().equals(uid) && (purge || !found.isDeleted()));
    }

    /** Whether it is gone; somebody may have taken the name meanwhile. */
    private boolean tookPlace(String uid, boolean purge, Duration left) {
        try {
            Branch found = plane.call(Call.get(name.toString()), left, (body, answer) -> Resources.branch(body));
            return !found.uid().equals(uid) || (!purge && found.isDeleted());
        } catch (NotFoundException e) {
            // a tombstone may not be seen like that
            return !purge || tombstone(uid) == null;
        }
    }

    private Operation<DeleteOutcome> operation(ControlPlane.Accepted accepted) {
        return accepted.done() && accepted.error().isEmpty()
                ? Poller.done(accepted.name().isEmpty() ? name.toString() : accepted.name(), DeleteOutcome.DELETED)
                : plane.operation(
                        accepted,
                        name.toString(),
                        () -> CompletableFuture.completedFuture(Poller.Step.done(DeleteOutcome.DELETED)));
    }

    /** Waits for a deletion that somebody asked for before; without an operation, for its effect. */
    static Operation<DeleteOutcome> resumed(ControlPlane plane, BranchName name, @Nullable String operation) {
        BranchReads reads = new BranchReads(plane, name.projectName());
        return plane.operation(
                ControlPlane.Accepted.before(operation),
                name.toString(),
                () -> reads.orNullAsync(name)
                        .thenApply(branch -> branch == null
                                ? Poller.Step.done(DeleteOutcome.DELETED)
                                : Poller.Step.pending(
                                        "branch " + branch.stateText() + " (" + branch.uid() + "), and not deleted")));
    }

    private Operation<DeleteOutcome> deleted() {
        return Poller.done(name.toString(), DeleteOutcome.DELETED);
    }

    private Operation<DeleteOutcome> alreadyGone() {
        return Poller.done(name.toString(), DeleteOutcome.ALREADY_GONE);
    }
}
