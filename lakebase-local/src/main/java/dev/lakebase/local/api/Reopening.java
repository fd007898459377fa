package dev.lakebase.local.api;

import dev.lakebase.local.storage.Cluster;
import dev.lakebase.local.storage.Origin;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** How a data folder comes to life again: its branches are asleep, and connectable. */
final class Reopening {
    private Reopening() {}

    /**
     * Gives the branches of the tree their clusters and their endpoints their doors. A cluster that no branch of the tree
     * names belongs to a creation or a deletion that was under way when the last process was killed, and is removed.
     *
     * @throws IllegalStateException if the cluster of a branch is not there
     */
    static void run(Platform platform, Consumer<String> log) {
        Map<String, Cluster> clusters = new HashMap<>(platform.storage().clusters());
        List<BranchNode> branches = platform.tree().locked(() -> platform.tree().branches());
        for (BranchNode branch : branches) {
            reopen(platform, branch, require(platform, clusters, branch));
        }
        for (BranchNode branch : platform.tree().locked(() -> platform.tree().resting())) {
            Cluster cluster = require(platform, clusters, branch);
            reopened(platform, branch, cluster);
        }
        for (Cluster remainder : clusters.values()) {
            platform.storage().delete(remainder);
            log.accept("removed " + remainder.uid() + ", which was being made or deleted when the last run ended");
        }
    }

    private static Cluster require(Platform platform, Map<String, Cluster> clusters, BranchNode branch) {
        Cluster cluster = clusters.remove(branch.uid);
        if (cluster == null) {
            throw new IllegalStateException(
                    "The data folder " + platform.storage().directory()
                            + " has no cluster " + branch.uid + ", which is " + branch.name()
                            + ". Restore it, or choose another data folder.");
        }
        return cluster;
    }

    private static void reopen(Platform platform, BranchNode branch, Cluster cluster) {
        for (EndpointNode endpoint : platform.tree().locked(() -> List.copyOf(branch.endpoints.values()))) {
            EndpointNode.Door door = platform.open(endpoint, cluster);
            door.compute().disable(endpoint.disabled);
            platform.tree().change(() -> endpoint.open(door));
        }
        reopened(platform, branch, cluster);
    }

    private static void reopened(Platform platform, BranchNode branch, Cluster cluster) {
        Origin origin = cluster.origin();
        platform.tree().change(() -> branch.reopened(cluster, origin));
    }
}
