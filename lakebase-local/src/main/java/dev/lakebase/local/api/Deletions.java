package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lakebase.local.storage.Cluster;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/**
 * How branches go, and come back. A delete closes the doors, stops the process and keeps the data under a tombstone;
 * a purge, by request or when its time has come, removes that too.
 */
final class Deletions {
    /** Tombstones cost disk: of each project the oldest go before their time. */
    private static final int MOST_TOMBSTONES = 5;

    private final Platform platform;

    Deletions(Platform platform) {
        this.platform = platform;
    }

    /** Under the tree's lock. A second call gets the deletion that is under way. */
    Operation begin(BranchNode branch, boolean purge) {
        if (branch.deletion != null) {
            return branch.deletion;
        }
        branch.usableCluster();
        Operation operation = platform.operations().register(branch.name(), "Branch");
        branch.deletion = operation;
        boolean forGood = purge || platform.limits().deletedRetention().isZero();
        branch.goesForGood = forGood;
        return platform.operations()
                .begin(
                        operation,
                        () -> {
                            if (forGood) {
                                remove(branch);
                            } else {
                                bury(branch);
                            }
                            return null;
                        },
                        () -> platform.tree().change(branch::stays));
    }

    /** Under the tree's lock: a purge of what was deleted already. */
    Operation purge(BranchNode buried) {
        buried.project.tombstones.remove(buried.id, buried);
        Operation operation = platform.operations().register(buried.name(), "Branch");
        return platform.operations()
                .begin(
                        operation,
                        () -> {
                            remove(buried);
                            return null;
                        },
                        () -> platform.tree().change(() -> buried.project.tombstones.putIfAbsent(buried.id, buried)));
    }

    /** Ends its sessions, its processes, its files. */
    void remove(BranchNode branch) {
        try {
            closeDoors(branch);
            Cluster cluster = platform.tree().locked(() -> branch.cluster);
            if (cluster != null) {
                platform.storage().delete(cluster);
            }
        } finally {
            platform.tree().change(() -> branch.project.branches.remove(branch.id, branch));
        }
    }

    /** Ends its sessions and its processes. */
    void rest(BranchNode branch) {
        closeDoors(branch);
        Cluster cluster = platform.tree().locked(() -> branch.cluster);
        if (cluster != null) {
            cluster.suspend();
        }
    }

    private void bury(BranchNode branch) {
        List<BranchNode> excess = new ArrayList<>();
        try {
            rest(branch);
        } finally {
            platform.tree().change(() -> {
                ProjectNode project = branch.project;
                project.branches.remove(branch.id, branch);
                branch.tombstone = tombstone();
                branch.endpoints.values().forEach(EndpointNode::shut);
                BranchNode older = project.tombstones.remove(branch.id);
                if (older != null) {
                    excess.add(older);
                }
                project.tombstones.put(branch.id, branch);
                Iterator<BranchNode> oldest = project.tombstones.values().iterator();
                while (project.tombstones.size() > MOST_TOMBSTONES) {
                    excess.add(oldest.next());
                    oldest.remove();
                }
            });
        }
        // each an operation of its own: what is removed must have left the state file before
        platform.tree().change(() -> excess.forEach(this::purge));
    }

    Tombstone tombstone() {
        Instant now = platform.clock().instant();
        return new Tombstone(now, now.plus(platform.limits().deletedRetention()));
    }

    private void closeDoors(BranchNode branch) {
        List<EndpointNode.Door> doors = platform.tree()
                .locked(() -> branch.endpoints.values().stream()
                        .map(EndpointNode::door)
                        .filter(Objects::nonNull)
                        .toList());
        doors.forEach(platform::close);
    }

    JsonNode undelete(Call call) {
        return platform.tree()
                .locked(() -> {
                    ProjectNode project = platform.tree().project(call.path("project"));
                    BranchNode branch = project.tombstones.get(call.path("branch"));
                    if (branch == null) {
                        platform.tree().branch(project.id, call.path("branch"));
                        throw ApiException.badRequest("branch is not deleted");
                    }
                    BranchNode source = Objects.requireNonNull(branch.source, "a root branch goes with its project");
                    if (project.branches.get(source.id) != source) {
                        throw ApiException.badRequest("the source branch of '" + branch.name() + "' was deleted");
                    }
                    source.requireChildren();
                    platform.requireBranchQuota(project);
                    Tombstone tombstone = Objects.requireNonNull(branch.tombstone, "it is among the tombstones");
                    project.tombstones.remove(branch.id);
                    branch.tombstone = null;
                    branch.deletion = null;
                    branch.state = BranchNode.State.INIT;
                    project.branches.put(branch.id, branch);
                    Operation operation = platform.operations().register(branch.name(), "Branch");
                    Runnable undo = () -> buryAgain(branch, tombstone);
                    return platform.operations()
                            .begin(
                                    operation,
                                    () -> {
                                        Operations.orUndo(() -> wake(List.of(branch)), undo);
                                        return platform.tree().locked(branch::toJson);
                                    },
                                    undo);
                })
                .toJson();
    }

    /**
     * New doors, and so new hosts, for branches that rest. Their computes wake at the first login. They are READY at the
     * same time, when nothing can fail any more: one that is can have a child, which would have to be undone too.
     */
    void wake(List<BranchNode> branches) {
        branches.forEach(this::openDoors);
        Instant now = platform.clock().instant();
        platform.tree().change(() -> branches.forEach(branch -> branch.ready(clusterOf(branch), now)));
    }

    private static Cluster clusterOf(BranchNode branch) {
        return Objects.requireNonNull(branch.cluster, "what was deleted was there before");
    }

    private void openDoors(BranchNode branch) {
        Cluster cluster = platform.tree().locked(() -> clusterOf(branch));
        for (EndpointNode endpoint : platform.tree().locked(() -> List.copyOf(branch.endpoints.values()))) {
            EndpointNode.Door door = platform.open(endpoint, cluster);
            door.compute().disable(endpoint.disabled);
            platform.tree().change(() -> endpoint.open(door));
        }
    }

    /** As it was before an undeletion that failed halfway. */
    private void buryAgain(BranchNode branch, Tombstone tombstone) {
        try {
            rest(branch);
        } finally {
            platform.tree().change(() -> {
                branch.endpoints.values().forEach(EndpointNode::shut);
                branch.project.branches.remove(branch.id, branch);
                branch.tombstone = tombstone;
                branch.project.tombstones.put(branch.id, branch);
            });
        }
    }

    /** Deletes what is due, for good. Returns at once; the deletions are operations like any other. */
    void expire() {
        Instant now = platform.clock().instant();
        platform.tree().change(() -> {
            platform.tree().branches().stream()
                    .filter(branch -> branch.isDue(now))
                    .filter(branch -> branch.state == BranchNode.State.READY && branch.deletion == null)
                    .forEach(branch -> begin(branch, true));
            platform.tree().projects().stream()
                    .flatMap(project -> List.copyOf(project.tombstones.values()).stream())
                    .filter(branch -> branch.isDue(now))
                    .forEach(this::purge);
        });
    }
}
