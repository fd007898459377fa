package dev.lakebase.client;

import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Resources;
import java.util.concurrent.CompletableFuture;

/**
 * The database instances of the Provisioned tier, to look them up and connect to them. They are managed by other means;
 * {@link LakebaseClient#credentials} mints for them. Thread-safe. Every call keeps the client's request time-out, is
 * repeated within it after failures that may go away, and fails with a {@link LakebaseException}. Continuations of the
 * futures must not block: they may run on the client's own threads.
 */
public final class Instances {
    private final ControlPlane plane;

    Instances(ControlPlane plane) {
        this.plane = plane;
    }

    /**
     * Reads an instance. Blocks.
     *
     * @throws NotFoundException if there is none of that name
     */
    public Instance get(String name) {
        return get(new InstanceName(name));
    }

    /** The same as {@link #get(String)}. */
    public Instance get(InstanceName name) {
        return plane.join(getAsync(name), "instance " + name);
    }

    /** Reads an instance without blocking. */
    public CompletableFuture<Instance> getAsync(InstanceName name) {
        return plane.send(Call.getInstance(name.toString()), (body, answer) -> Resources.instance(body));
    }

    /** The instances that the caller may see, read page by page as they are asked for. */
    public PagedIterable<Instance> list() {
        return PagedIterable.at(plane, Call.INSTANCES, "the instances", "database_instances", Resources::instance);
    }
}
