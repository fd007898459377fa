package dev.lakebase.client;

import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.MappedOperation;
import dev.lakebase.client.internal.Poller;
import dev.lakebase.client.internal.StagedOperation;
import dev.lakebase.client.internal.Waits;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Deletes a branch, waits until it is gone, and creates it again. Once begun, it goes on whether anybody waits or not. */
final class BranchRecreation {
    /** A delete takes seconds, and a name that a deleted branch keeps may stay taken for a while. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    private static final String REASON = "recreate";

    /** Between two looks whether a deleted branch has set its name free. */
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final ControlPlane plane;
    private final Endpoints endpoints;
    private final BranchName name;
    private final RecreateOptions options;
    private final BranchReads reads;
    private final long started;
    private volatile String stage = "deleting the branch";

    BranchRecreation(ControlPlane plane, Endpoints endpoints, BranchName name, RecreateOptions options) {
        this.plane = plane.ofCallingThread();
        this.endpoints = endpoints;
        this.name = name;
        this.options = options;
        this.reads = new BranchReads(plane, name.projectName());
        this.started = plane.time().nanoTime();
    }

    Operation<Recreation> start() {
        Branch live = reads.orNull(name);
        return live == null ? startAgain() : start(live);
    }

    Operation<Recreation> start(Branch live) {
        if (options.expectedUid() == null) {
            BranchGuard.check(
                    live,
                    () -> !reads.children(name).isEmpty(),
                    "recreated",
                    "recreate(\"" + name.branch() + "\", r -> r.expectedUid(\"" + live.uid() + "\"))");
        } else {
            BranchGuard.checkUid(live, options.expectedUid(), "recreated");
        }
        BranchSpec spec = specFor(live);
        if (spec.source(name.projectName()).equals(name)) {
            throw new InvalidArgumentException(
                    name + " can't be recreated from itself, for it is deleted first. Nothing was deleted. Name another"
                            + " source, or none to keep the one it has.");
        }
        BranchLosses losses =
                BranchLosses.of(plane, endpoints, live, spec.source(name.projectName()), options.syncedTables());
        Operation<DeleteOutcome> deletion = new BranchDeletion(plane, name, REASON).startFor(live.uid());
        CompletableFuture<Operation<Branch>> created = limited(deletion.toCompletableFuture())
                .thenCompose(deleted -> {
                    stage = "waiting until the branch is gone";
                    return limited(gone(live.uid()).toCompletableFuture());
                })
                .thenCompose(gone -> create(spec));
        return operation(created, live, losses);
    }

    /** A run before may have ended between the delete and the create. */
    private Operation<Recreation> startAgain() {
        Branch before = reads.tombstone(name);
        if (before != null && options.expectedUid() != null) {
            BranchGuard.checkUid(before, options.expectedUid(), "recreated");
        }
        if (before == null && options.spec() == null) {
            throw new NotFoundException(
                    name + " does not exist, and the platform remembers no deleted branch of that id to copy anew."
                            + " Say what it is: recreate(\"" + name.branch()
                            + "\", r -> r.spec(b -> b.from(…).expiresIn(…))).",
                    ErrorDetails.of(name.toString()),
                    null);
        }
        return operation(create(specFor(before)), before, BranchLosses.NONE);
    }

    private Operation<Recreation> operation(
            CompletableFuture<Operation<Branch>> created, @Nullable Branch before, BranchLosses losses) {
        return new MappedOperation<>(
                new StagedOperation<>(name.toString(), "the recreation of " + name, created, () -> stage, plane.time()),
                branch -> new Recreation(branch, before, losses.roles(), losses.endpoints(), losses.syncedTables()));
    }

    private BranchSpec specFor(@Nullable Branch before) {
        BranchSpec wanted = options.spec();
        if (wanted != null || before == null) {
            return Objects.requireNonNull(wanted);
        }
        BranchName source = before.source();
        if (source == null) {
            throw new BranchProtectedException(
                    name + " is a root branch: it is a copy of nothing that it could be copied from again.",
                    ErrorDetails.of(name.toString()),
                    null);
        }
        BranchSpec.Builder spec = new BranchSpec.Builder().from(source.toString());
        if (before.expiresAt() == null) {
            return spec.neverExpires().build();
        }
        Duration life = before.createdAt() == null
                ? Duration.ofHours(1)
                : Duration.between(before.createdAt(), before.expiresAt());
        Duration atLeast = life.compareTo(Duration.ofMinutes(1)) < 0 ? Duration.ofMinutes(1) : life;
        return spec.expiresIn(atLeast.compareTo(BranchSpec.LONGEST_LIFE) > 0 ? BranchSpec.LONGEST_LIFE : atLeast)
                .build();
    }

    private Operation<Boolean> gone(String uid) {
        return plane.operation(
                ControlPlane.Accepted.unknown(),
                name.toString(),
                () -> reads.orNullAsync(name)
                        .thenApply(branch -> branch == null || !branch.uid().equals(uid)
                                ? Poller.Step.done(true)
                                : Poller.Step.pending("branch " + branch.stateText() + ", being deleted")));
    }

    /** Creates it, as soon as the id is free and the platform does. */
    private CompletableFuture<Operation<Branch>> create(BranchSpec spec) {
        stage = "creating the branch";
        Duration left = LONGEST.minus(elapsed());
        Duration limit = left.compareTo(plane.requestTimeout()) < 0 ? plane.requestTimeout() : left;
        return new BranchCreation(plane, endpoints, name, spec, REASON, limit)
                .send()
                .exceptionallyCompose(thrown -> {
                    LakebaseException failure = Waits.failure(thrown);
                    return failure instanceof AlreadyExistsException taken
                            ? createOnceFree(spec, taken)
                            : CompletableFuture.failedFuture(failure);
                });
    }

    private CompletableFuture<Operation<Branch>> createOnceFree(BranchSpec spec, AlreadyExistsException taken) {
        if (elapsed().compareTo(LONGEST) >= 0) {
            return CompletableFuture.failedFuture(taken);
        }
        return limited(nobodys(taken).toCompletableFuture()).thenCompose(yes -> {
            stage = "waiting until the deleted branch sets its id free";
            return plane.delay(PAUSE).thenCompose(over -> create(spec));
        });
    }

    /** Done once the id is seen to be nobody else's; fails if it is. */
    private Operation<Boolean> nobodys(AlreadyExistsException taken) {
        return plane.operation(
                ControlPlane.Accepted.unknown(),
                name.toString(),
                () -> reads.orNullAsync(name).thenApply(other -> {
                    if (other != null) {
                        throw new AlreadyExistsException(
                                name + " was deleted, and then somebody else created " + other.uid() + " of that id.",
                                taken.details(),
                                taken);
                    }
                    return Poller.Step.done(true);
                }));
    }

    /** The same, given up when it takes too long. */
    private <T> CompletableFuture<T> limited(CompletableFuture<T> future) {
        CompletableFuture<T> result = future.copy();
        plane.timeLimit(
                result,
                LONGEST.minus(elapsed()),
                () -> new OperationTimeoutException(
                        "The recreation of " + name + " was given up after "
                                + elapsed().toMinutes() + " minutes, while " + stage
                                + ". Look at the branch, and recreate it again.",
                        ErrorDetails.of(name.toString()),
                        null));
        Waits.whenDone(result, (value, failure) -> future.cancel(false)); // stops the polling
        return result;
    }

    private Duration elapsed() {
        return Duration.ofNanos(plane.time().nanoTime() - started);
    }
}
