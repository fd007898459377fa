package dev.lakebase.client;

import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Poller;
import dev.lakebase.client.internal.Resources;
import dev.lakebase.client.internal.Waits;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Looks whether a branch is READY and has a read-write endpoint that can be connected to. For one wait after another. */
final class BranchReadiness {
    private final ControlPlane plane;
    private final Endpoints endpoints;
    private final BranchName name;
    private volatile boolean seen;

    BranchReadiness(ControlPlane plane, Endpoints endpoints, BranchName name) {
        this.plane = plane;
        this.endpoints = endpoints;
        this.name = name;
    }

    /** The wait for what a call was answered with, and then for the branch. */
    Operation<Branch> after(ControlPlane.Accepted accepted) {
        return plane.operation(accepted, name.toString(), this::poll);
    }

    CompletableFuture<Poller.Step<Branch>> poll() {
        CompletableFuture<@Nullable Branch> branch = orNull(plane.send(
                Call.get(name.toString()).repeat(Call.Repeat.NEVER), (body, answer) -> Resources.branch(body)));
        CompletableFuture<@Nullable Endpoint> endpoint = orNull(endpoints.readWriteAsync(name));
        return branch.thenCombine(endpoint, this::judge);
    }

    private Poller.Step<Branch> judge(@Nullable Branch branch, @Nullable Endpoint endpoint) {
        if (branch == null || branch.isDeleted()) {
            if (seen) {
                throw new NotFoundException(
                        name + " was there and is gone: somebody deleted it meanwhile.",
                        ErrorDetails.of(name.toString()),
                        null);
            }
            return Poller.Step.pending("branch not there yet");
        }
        seen = true;
        if (branch.state() != BranchState.READY || branch.pendingStateText() != null) {
            return Poller.Step.pending("branch " + branch.stateText()
                    + (branch.pendingStateText() == null ? "" : " -> " + branch.pendingStateText()));
        }
        if (endpoint == null) {
            return Poller.Step.pending("branch READY, no read-write endpoint yet");
        }
        return endpoint.isConnectable()
                ? Poller.Step.done(branch)
                : Poller.Step.pending("branch READY, " + Resources.describe(endpoint));
    }

    /** What does not exist yet is no failure of a poll. */
    static <T> CompletableFuture<@Nullable T> orNull(CompletableFuture<T> read) {
        return read.handle((found, failure) -> {
            if (failure == null) {
                return found;
            }
            RuntimeException cause = Waits.failure(failure);
            if (cause instanceof NotFoundException) {
                return null;
            }
            throw cause;
        });
    }
}
