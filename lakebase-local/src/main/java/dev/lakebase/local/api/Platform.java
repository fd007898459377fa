package dev.lakebase.local.api;

import dev.lakebase.local.gateway.Compute;
import dev.lakebase.local.gateway.Gateway;
import dev.lakebase.local.gateway.GatewaySettings;
import dev.lakebase.local.gateway.Target;
import dev.lakebase.local.storage.Cluster;
import dev.lakebase.local.storage.Replica;
import dev.lakebase.local.storage.Server;
import dev.lakebase.local.storage.Storage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * What the resources work with.
 *
 * @param tokenLifetime default and most of a database credential
 */
record Platform(
        Tree tree,
        Access access,
        Operations operations,
        Storage storage,
        GatewaySettings gateways,
        Principals principals,
        Duration tokenLifetime,
        Limits limits,
        InstantSource clock) {

    /** The major version that runs, whatever a project asks for. */
    int postgresVersion() {
        return storage.postgresVersion();
    }

    /** Under the tree's lock: whether the project may have one more branch. */
    void requireBranchQuota(ProjectNode project) {
        if (project.branches.size() >= limits.branches()) {
            throw ApiException.quota("the limit of " + limits.branches() + " unarchived branches of " + project.name()
                    + " is reached. Delete some, or ask for a higher limit.");
        }
    }

    /** Under the tree's lock: whether one more compute may be started. */
    void requireComputeQuota() {
        List<EndpointNode> all = tree.branches().stream()
                .flatMap(branch -> branch.endpoints.values().stream())
                .toList();
        if (all.size() >= limits.activeComputes()
                && all.stream().filter(EndpointNode::countsAsActive).count() >= limits.activeComputes()) {
            throw ApiException.quota("the limit of " + limits.activeComputes()
                    + " concurrently active computes is reached. Suspend or delete some, or ask for a higher limit.");
        }
    }

    /** Opens the door of an endpoint whose cluster is there. If it fails, nothing is left open. */
    EndpointNode.Door open(EndpointNode endpoint, Cluster cluster) {
        Replica replica = storage.replica(cluster);
        Gateway gateway = null;
        boolean open = false;
        try {
            Server server = endpoint.type == EndpointNode.Type.READ_ONLY ? replica : cluster;
            var compute = new Compute(server, replica, clock, gateways.faults(), endpoint.name());
            int maxConnections = endpoint.settings.maxConnections();
            if (maxConnections != ComputeSettings.DEFAULT.maxConnections()) {
                compute.resize(maxConnections);
            }
            gateway = Gateway.open(gateways, target(endpoint, compute, false));
            Gateway pooled = Gateway.open(gateways, target(endpoint, compute, true));
            open = true;
            return new EndpointNode.Door(compute, replica, gateway, pooled);
        } finally {
            if (!open) {
                if (gateway != null) {
                    gateway.close();
                }
                storage.delete(replica);
            }
        }
    }

    private static Target target(EndpointNode endpoint, Compute compute, boolean pooled) {
        return new Target(endpoint.branch.name(), endpoint.name(), endpoint.branch.createTime, compute, pooled);
    }

    /** Closes what {@link #open} opened, and ends its sessions; the cluster goes on. */
    void close(EndpointNode.Door door) {
        door.closeGateways();
        storage.delete(door.replica());
    }
}
