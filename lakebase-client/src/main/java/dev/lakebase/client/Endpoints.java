package dev.lakebase.client;

import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Resources;
import dev.lakebase.client.internal.Waits;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints (computes) of branches. Thread-safe. Every call keeps the client's request time-out, is repeated within
 * it after failures that may go away, and fails with a {@link LakebaseException}. Continuations of the futures must not
 * block: they may run on the client's own threads.
 */
public final class Endpoints {
    private static final Resource.Kind<Endpoint> KIND =
            new Resource.Kind<>(Resources::endpoint, Endpoint::uid, Endpoint::createdAt, endpoint -> false);

    private final ControlPlane plane;

    Endpoints(ControlPlane plane) {
        this.plane = plane;
    }

    /** The same endpoints, for whoever changes something for a reason that an {@link AuditListener} should hear. */
    public Endpoints because(String reason) {
        return new Endpoints(plane.because(reason));
    }

    /**
     * Creates an endpoint beside those that its branch has. Blocks until the platform has accepted it; the operation is done
     * when it can be connected to, or is disabled as was asked.
     *
     * @param spec says whether it is {@link EndpointSpec#readOnly} or {@link EndpointSpec#readWrite}, which is required
     * @throws AlreadyExistsException if there is an endpoint of that name
     * @throws QuotaExceededException if there are as many computes as there may be
     * @throws PermissionDeniedException if the caller lacks CAN MANAGE
     */
    public Operation<Endpoint> create(EndpointName name, Consumer<EndpointSpec> spec) {
        EndpointSpec wanted = new EndpointSpec();
        spec.accept(wanted);
        if (!wanted.hasType()) {
            throw new InvalidArgumentException(
                    "The new endpoint has no type: call readOnly() or, for a branch without one, readWrite().");
        }
        SpecFields fields = wanted.fields();
        Call call = Call.create(
                name.branchName() + "/endpoints", "endpoint_id=" + name.endpoint(), fields.body(), name.toString());
        return resource(name).create(call, found -> true, Endpoints::unsettled);
    }

    /**
     * Changes what the spec names, and nothing else. Blocks until the platform has accepted it; the operation is done when
     * the endpoint is in no transition any more.
     *
     * @throws InvalidArgumentException if the spec names nothing, or what only a new endpoint can have
     * @throws NotFoundException if there is none of that name
     * @throws PermissionDeniedException if the caller lacks CAN MANAGE
     */
    public Operation<Endpoint> update(EndpointName name, Consumer<EndpointSpec> spec) {
        EndpointSpec wanted = new EndpointSpec();
        spec.accept(wanted);
        return resource(name).update(wanted.fields(), Endpoints::unsettled);
    }

    /** Stops the endpoint's compute, ends its sessions, and refuses logins until it is enabled again. As an update. */
    public Operation<Endpoint> disable(EndpointName name) {
        return update(name, EndpointSpec::disabled);
    }

    /** Lets logins wake the endpoint's compute again. As an update. */
    public Operation<Endpoint> enable(EndpointName name) {
        return update(name, EndpointSpec::enabled);
    }

    /**
     * Sets after how much idle time the endpoint's compute is suspended. As an update.
     *
     * @param idle from 60 seconds to 7 days, in whole seconds
     */
    public Operation<Endpoint> suspendAfter(EndpointName name, Duration idle) {
        return update(name, spec -> spec.suspendAfter(idle));
    }

    /**
     * Deletes an endpoint; the branch and its data stay. Blocks until the platform has accepted it. One that is gone already
     * is a success too.
     *
     * @throws BranchProtectedException if it is the read-write endpoint, which lives and dies with its branch
     */
    public Operation<DeleteOutcome> delete(EndpointName name) {
        return resource(name).delete(Call.delete(name.toString()), null);
    }

    /**
     * Deletes an endpoint if it still is the one that the caller means.
     *
     * @param expectedUid the uid of the endpoint as the caller read it ({@link Endpoint#uid()})
     * @throws InvalidArgumentException if the endpoint of that name has another uid
     */
    public Operation<DeleteOutcome> delete(EndpointName name, String expectedUid) {
        return resource(name).delete(Call.delete(name.toString()), Objects.requireNonNull(expectedUid, "expectedUid"));
    }

    private Resource<Endpoint> resource(EndpointName name) {
        return new Resource<>(plane, KIND, name.toString());
    }

    private static CompletableFuture<@Nullable String> unsettled(Endpoint endpoint) {
        boolean settled = endpoint.isConnectable() || (endpoint.disabled() && endpoint.pendingStateText() == null);
        return CompletableFuture.completedFuture(settled ? null : Resources.describe(endpoint));
    }

    /**
     * Reads an endpoint. Blocks.
     *
     * @throws NotFoundException if there is none of that name
     */
    public Endpoint get(EndpointName name) {
        return resource(name).get();
    }

    /** Reads an endpoint without blocking. */
    public CompletableFuture<Endpoint> getAsync(EndpointName name) {
        return resource(name).getAsync();
    }

    /** The endpoints of a branch, read page by page as they are asked for. */
    public PagedIterable<Endpoint> list(BranchName branch) {
        return PagedIterable.of(plane, branch + "/endpoints", "endpoints", Resources::endpoint);
    }

    /**
     * Finds the branch's read-write endpoint: by its type, never by its position or id. Blocks.
     *
     * @throws NotFoundException if the branch has none, or does not exist
     */
    public Endpoint readWrite(BranchName branch) {
        return plane.join(readWriteAsync(branch), "the read-write endpoint of " + branch);
    }

    /** Finds the branch's read-write endpoint without blocking. */
    public CompletableFuture<Endpoint> readWriteAsync(BranchName branch) {
        return listAsync(branch)
                .thenApply(endpoints -> endpoints.stream()
                        .filter(endpoint -> endpoint.type() == EndpointType.READ_WRITE)
                        .findFirst()
                        .orElseThrow(() -> new NotFoundException(
                                branch + " has no read-write endpoint (" + endpoints.size()
                                        + " endpoints in all). A new branch gets one shortly after it is created.",
                                ErrorDetails.of(branch.toString()),
                                null)));
    }

    /** What is missing until the branch can be connected to and written, or null if nothing is. */
    CompletableFuture<@Nullable String> missing(BranchName branch) {
        return readWriteAsync(branch).handle((endpoint, failure) -> {
            if (failure == null) {
                return endpoint.isConnectable() ? null : Resources.describe(endpoint);
            }
            LakebaseException cause = Waits.failure(failure);
            if (cause instanceof NotFoundException) {
                return "no read-write endpoint yet";
            }
            throw cause;
        });
    }

    CompletableFuture<List<Endpoint>> listAsync(BranchName branch) {
        return plane.list(branch + "/endpoints", "endpoints", Resources::endpoint);
    }
}
