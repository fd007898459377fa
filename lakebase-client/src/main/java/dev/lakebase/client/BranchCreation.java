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
import org.jspecify.annotations.Nullable;

/** Sends one create, and finds out whether it landed where the answer does not say so. */
final class BranchCreation {
    /** Between two attempts: a node that failed is out of the balancer's rotation by then. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    /** HTTP's Date header is cut to seconds, on both sides of a comparison. */
    private static final Duration CLOCK_GRAIN = Duration.ofSeconds(2);

    private final ControlPlane plane;
    private final BranchName name;
    private final BranchSpec spec;
    private final long started;
    private final @Nullable String reason;
    private final BranchReadiness readiness;
    private volatile @Nullable CompletableFuture<?> underWay;
    private volatile boolean givenUp;

    BranchCreation(ControlPlane plane, Endpoints endpoints, BranchName name, BranchSpec spec) {
        this(plane, endpoints, name, spec, null);
    }

    /** @param reason what the audit hears besides the caller's own reason */
    BranchCreation(ControlPlane plane, Endpoints endpoints, BranchName name, BranchSpec spec, @Nullable String reason) {
        this.reason = reason;
        this.plane = plane;
        this.name = name;
        this.spec = spec;
        this.readiness = new BranchReadiness(plane, endpoints, name);
        this.started = plane.time().nanoTime();
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
        Duration left = plane.requestTimeout().minus(elapsed());
        if (left.isNegative() || left.isZero() || givenUp) {
            return CompletableFuture.failedFuture(doubtful(unclear));
        }
        // half of what is left, so that there is time to look when no answer comes
        return watched(plane.send(create, atLeastOneMilli(left.dividedBy(2)), ControlPlane::accepted))
                .exceptionallyCompose(thrown -> {
                    LakebaseException failure = Waits.failure(thrown);
                    boolean mayHaveLanded = failure instanceof UnavailableException
                            && failure.retryable()
                            && (unclear != null || !wasRefused(failure));
                    if (mayHaveLanded) {
                        return lookAndRepeat(failure);
                    }
                    // what exists, an attempt before may have created; else it is somebody else's
                    return failure instanceof AlreadyExistsException && unclear != null
                            ? lookAndRepeat(unclear)
                            : CompletableFuture.failedFuture(failure);
                });
    }

    private CompletableFuture<ControlPlane.Accepted> lookAndRepeat(LakebaseException unclear) {
        return landed(unclear)
                .thenCompose(landed -> landed
                        ? CompletableFuture.completedFuture(ControlPlane.Accepted.unknown())
                        : watched(plane.delay(PAUSE)).thenCompose(over -> attempt(unclear)));
    }

    private <T> CompletableFuture<T> watched(CompletableFuture<T> future) {
        underWay = future;
        if (givenUp) {
            future.cancel(true);
        }
        return future;
    }

    /** Too many requests, or another change under way. What went out before such an answer was refused as well. */
    private static boolean wasRefused(LakebaseException e) {
        return e.details().httpStatus() == 429 || e.details().httpStatus() == 409;
    }

    /** Whether the branch exists, and by this creation. */
    private CompletableFuture<Boolean> landed(LakebaseException unclear) {
        Duration left = plane.requestTimeout().minus(elapsed());
        if (left.isNegative() || left.isZero() || givenUp) {
            return CompletableFuture.failedFuture(doubtful(unclear));
        }
        return watched(plane.send(Call.get(name.toString()), left, Found::read)).handle((found, thrown) -> {
            if (thrown == null) {
                return isOfThisCall(found, unclear);
            }
            LakebaseException failure = Waits.failure(thrown);
            if (failure instanceof NotFoundException) {
                return false;
            }
            throw failure instanceof UnavailableException ? doubtful(failure) : failure;
        });
    }

    private boolean isOfThisCall(Found found, LakebaseException unclear) {
        Branch branch = found.branch();
        Instant now = found.serverTime() == null ? plane.time().instant() : found.serverTime();
        Instant begin = now.minus(elapsed()).minus(CLOCK_GRAIN);
        boolean ofThisCall = branch.createdAt() != null
                && !branch.createdAt().isBefore(begin)
                && sourceName().equals(branch.source());
        if (branch.isDeleted()) {
            return false;
        }
        if (!ofThisCall) {
            throw new AlreadyExistsException(
                    name + " exists (" + branch.uid() + ", from " + branch.source() + ", created " + branch.createdAt()
                            + "), and not by this call. Choose another id, or use what is there.",
                    unclear.details(),
                    unclear);
        }
        return true;
    }

    private LakebaseException doubtful(@Nullable LakebaseException reason) {
        return new UnavailableException(
                "Whether " + name + " was created is not known after "
                        + elapsed().toMillis()
                        + " ms: look for it before creating it again."
                        + (reason == null ? "" : " The last failure was: " + reason.getMessage()),
                reason == null ? ErrorDetails.of(name.toString()) : reason.details(),
                reason);
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

    private Duration elapsed() {
        return Duration.ofNanos(plane.time().nanoTime() - started);
    }

    private static Duration atLeastOneMilli(Duration duration) {
        return duration.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : duration;
    }

    private record Found(Branch branch, @Nullable Instant serverTime) {
        static Found read(JsonNode body, Answer answer) {
            return new Found(Resources.branch(body), answer.serverTime());
        }
    }
}
