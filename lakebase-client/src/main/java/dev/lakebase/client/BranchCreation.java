package dev.lakebase.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.client.internal.Answer;
import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Json;
import dev.lakebase.client.internal.Resources;
import dev.lakebase.client.internal.Waits;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends one create, and finds out whether it landed where the answer does not say so. */
final class BranchCreation {
    private final ControlPlane plane;
    private final BranchName name;
    private final BranchSpec spec;
    private final @Nullable String reason;
    private final BranchReadiness readiness;
    private final Attempts attempts;
    private volatile @Nullable CompletableFuture<?> underWay;
    private volatile boolean givenUp;

    BranchCreation(ControlPlane plane, Endpoints endpoints, BranchName name, BranchSpec spec) {
        this(plane, endpoints, name, spec, null, plane.requestTimeout());
    }

    /**
     * @param reason what the audit hears besides the caller's own reason
     * @param limit how long failures that may go away are outlasted
     */
    BranchCreation(
            ControlPlane plane,
            Endpoints endpoints,
            BranchName name,
            BranchSpec spec,
            @Nullable String reason,
            Duration limit) {
        this.reason = reason;
        this.plane = plane.ofCallingThread();
        this.name = name;
        this.spec = spec;
        this.readiness = new BranchReadiness(plane, endpoints, name);
        this.attempts = new Attempts(plane, name.toString(), "the create of " + name, limit);
    }

    /** Blocks until the platform has accepted it. */
    Operation<Branch> start() {
        return plane.join(send(), "the create of " + name);
    }

    /** The same without blocking. Cancelling the future gives up: nothing is sent any more. */
    CompletableFuture<Operation<Branch>> send() {
        sourceName(); // a source that can't be is refused before anything is sent
        CompletableFuture<Operation<Branch>> result = new CompletableFuture<>();
        Waits.whenDone(attempt(null), (accepted, failure) -> {
            if (failure == null) {
                result.complete(readiness.after(accepted));
            } else {
                result.completeExceptionally(Waits.failure(failure));
            }
        });
        Waits.whenDone(result, (operation, failure) -> {
            givenUp = true;
            CompletableFuture<?> call = underWay;
            if (call != null) {
                call.cancel(true);
            }
        });
        return result;
    }

    /** @param unclear the failure of the attempt before, if that may have landed */
    private CompletableFuture<ControlPlane.Accepted> attempt(@Nullable LakebaseException unclear) {
        Call create = Call.create(
                        name.projectName() + "/branches", "branch_id=" + name.branch(), body(), name.toString())
                .because(reason);
        if (attempts.areOver() || givenUp) {
            return CompletableFuture.failedFuture(attempts.doubtful(unclear));
        }
        if (unclear == null) {
            attempts.allWereRefused();
        }
        return watched(plane.send(create, attempts.forOne(), ControlPlane::accepted))
                .exceptionallyCompose(thrown -> {
                    LakebaseException failure = Waits.failure(thrown);
                    if (Attempts.mayHaveLanded(failure, unclear)) {
                        return lookAndRepeat(failure);
                    }
                    if (failure instanceof AlreadyExistsException && unclear != null) {
                        return lookAndRepeat(unclear); // what exists, an attempt before may have created
                    }
                    return failure.retryable() && attempts.arePatient()
                            ? later(() -> attempt(null))
                            : CompletableFuture.failedFuture(failure);
                });
    }

    private CompletableFuture<ControlPlane.Accepted> lookAndRepeat(LakebaseException unclear) {
        return landed(unclear)
                .thenCompose(landed -> landed
                        ? CompletableFuture.completedFuture(ControlPlane.Accepted.unknown())
                        : later(() -> attempt(unclear)));
    }

    private <T> CompletableFuture<T> later(Supplier<CompletableFuture<T>> step) {
        return watched(plane.delay(attempts.pause())).thenCompose(over -> step.get());
    }

    private <T> CompletableFuture<T> watched(CompletableFuture<T> future) {
        underWay = future;
        if (givenUp) {
            future.cancel(true);
        }
        return future;
    }

    /** Whether the branch exists, and by this creation. */
    private CompletableFuture<Boolean> landed(LakebaseException unclear) {
        if (attempts.areOver() || givenUp) {
            return CompletableFuture.failedFuture(attempts.doubtful(unclear));
        }
        return watched(plane.send(Call.get(name.toString()), attempts.left(), Found::read))
                .thenApply(found -> isOfThisCall(found, unclear))
                .exceptionallyCompose(thrown -> {
                    LakebaseException failure = Waits.failure(thrown);
                    if (failure instanceof NotFoundException) {
                        return CompletableFuture.completedFuture(false);
                    }
                    if (failure.retryable() && attempts.arePatient()) {
                        return later(() -> landed(unclear));
                    }
                    return CompletableFuture.failedFuture(
                            failure instanceof UnavailableException ? attempts.doubtful(failure) : failure);
                });
    }

    private boolean isOfThisCall(Found found, LakebaseException unclear) {
        Branch branch = found.branch();
        if (branch.isDeleted()) {
            return false;
        }
        if (!attempts.mayHaveCreated(branch.createdAt(), found.serverTime())
                || !sourceName().equals(branch.source())) {
            throw new AlreadyExistsException(
                    name + " exists (" + branch.uid() + ", from " + branch.source() + ", created " + branch.createdAt()
                            + "), and not by this call. Choose another id, or use what is there.",
                    unclear.details(),
                    unclear);
        }
        return true;
    }

    private ObjectNode body() {
        ObjectNode body = Json.object();
        ObjectNode json = body.putObject("spec");
        json.put("source_branch", sourceName().toString());
        if (spec.sourceTime() != null) {
            json.put("source_branch_time", spec.sourceTime().toString());
        }
        if (spec.sourceLsn() != null) {
            json.put("source_branch_lsn", spec.sourceLsn());
        }
        if (spec.expiresIn() != null) {
            json.put("ttl", spec.expiresIn().toSeconds() + "s");
        } else if (spec.expiresAt() != null) {
            json.put("expire_time", spec.expiresAt().toString());
        } else {
            json.put("no_expiry", true);
        }
        return body;
    }

    private BranchName sourceName() {
        return spec.source(name.projectName());
    }

    private record Found(Branch branch, @Nullable Instant serverTime) {
        static Found read(JsonNode body, Answer answer) {
            return new Found(Resources.branch(body), answer.serverTime());
        }
    }
}
