package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.local.gateway.Compute;
import dev.lakebase.local.storage.Cluster;
import dev.lakebase.local.storage.Origin;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A branch of the {@link Tree}, and guarded by its lock. */
final class BranchNode {
    /** The states that this control plane puts a branch into. */
    enum State {
        INIT,
        READY
    }

    final ProjectNode project;
    final String id;
    final String uid;
    final Instant createTime;
    final @Nullable BranchNode source;
    final Map<String, EndpointNode> endpoints = new LinkedHashMap<>();
    Instant updateTime;
    Instant stateChangeTime;
    State state = State.INIT;
    boolean isProtected;

    @Nullable
    Instant expireTime;

    @Nullable
    Cluster cluster;
    /** What it began with; null for a root, and until it is READY. */
    @Nullable
    Origin origin;

    long logicalSize;
    /** Set from the moment a deletion was accepted. */
    @Nullable
    Operation deletion;

    /** Set with a deletion that leaves nothing. */
    boolean goesForGood;

    /** Set while it is deleted and not purged. */
    @Nullable
    Tombstone tombstone;

    BranchNode(ProjectNode project, String id, @Nullable BranchNode source, Instant createTime) {
        this(project, id, "br-" + UUID.randomUUID().toString().substring(0, 18), source, createTime);
    }

    /** One that there was before a restart. */
    BranchNode(ProjectNode project, String id, String uid, @Nullable BranchNode source, Instant createTime) {
        this.project = project;
        this.id = id;
        this.uid = uid;
        this.source = source;
        this.createTime = createTime;
        this.updateTime = createTime;
        this.stateChangeTime = createTime;
    }

    String name() {
        return project.name() + "/branches/" + id;
    }

    boolean isRoot() {
        return source == null;
    }

    boolean isDefault() {
        return project.defaultBranch.equals(id);
    }

    boolean hasChildren() {
        return project.branches.values().stream().anyMatch(other -> other.source == this);
    }

    /** Whether its time has come: to expire, or to be purged. */
    boolean isDue(Instant now) {
        return (expireTime != null && !now.isBefore(expireTime))
                || (tombstone != null && !now.isBefore(tombstone.purgeTime()));
    }

    /** Refuses if it can't have any. */
    void requireChildren() {
        if (expireTime != null) {
            throw ApiException.badRequest("Branches with an expiration date cannot have child branches");
        }
    }

    /** Its cluster, once it is READY and not about to go. */
    Cluster usableCluster() {
        Cluster current = cluster;
        if (current == null || state != State.READY || deletion != null) {
            throw ApiException.inReconciliation(name());
        }
        return current;
    }

    /** Of its read-write endpoint, once it is READY. */
    Compute compute() {
        EndpointNode primary = endpoints.get(EndpointNode.PRIMARY);
        if (primary == null) {
            throw new IllegalStateException(name() + " has no read-write endpoint");
        }
        return primary.requireDoor().compute();
    }

    /** The deletion that was accepted does not take place. */
    void stays() {
        deletion = null;
        goesForGood = false;
    }

    void ready(Cluster ready, Instant now) {
        cluster = ready;
        state = State.READY;
        stateChangeTime = now;
        updateTime = now;
    }

    /** As it was before a restart. */
    void reopened(Cluster found, @Nullable Origin began) {
        cluster = found;
        origin = began;
        state = State.READY;
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object()
                .put("name", name())
                .put("branch_id", id)
                .put("parent", project.name())
                .put("uid", uid)
                .put("create_time", createTime.toString())
                .put("update_time", updateTime.toString());
        ObjectNode status = json.putObject("status")
                .put("branch_id", id)
                .put("current_state", tombstone == null ? state.name() : "DELETED")
                .put("default", isDefault())
                .put("is_protected", isProtected)
                .put("state_change_time", stateChangeTime.toString());
        if (tombstone != null) {
            tombstone.putInto(status);
        } else if (deletion != null) {
            status.put("pending_state", "DELETED");
        } else if (state == State.INIT) {
            status.put("pending_state", State.READY.name());
        }
        if (expireTime != null) {
            status.put("expire_time", expireTime.toString());
        }
        if (source != null) {
            status.put("source_branch", source.name());
        }
        if (origin != null) {
            status.put("source_branch_lsn", origin.lsn().toString())
                    .put("source_branch_time", origin.time().toString());
        }
        if (state == State.READY) {
            status.put("logical_size_bytes", logicalSize);
        }
        return json;
    }
}
