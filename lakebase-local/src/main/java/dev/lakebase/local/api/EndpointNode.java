package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.local.gateway.Compute;
import dev.lakebase.local.gateway.Gateway;
import dev.lakebase.local.storage.Replica;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An endpoint of the {@link Tree}, and guarded by its lock. */
final class EndpointNode {
    static final String PRIMARY = "primary";

    /** One of each branch reads and writes; any number of others read only. */
    enum Type {
        READ_WRITE,
        READ_ONLY;

        private static final String PREFIX = "ENDPOINT_TYPE_";

        String wireName() {
            return PREFIX + name();
        }

        /** Null for null. */
        static @Nullable Type of(@Nullable String wireName) {
            if (wireName == null) {
                return null;
            }
            for (Type type : values()) {
                if (type.wireName().equals(wireName)) {
                    return type;
                }
            }
            throw ApiException.invalid("Field 'spec.endpoint_type' is \"" + wireName + "\", expected "
                    + READ_WRITE.wireName() + " or " + READ_ONLY.wireName());
        }
    }

    final BranchNode branch;
    final String id;
    final Type type;
    final String uid;
    final Instant createTime;
    Instant updateTime;
    ComputeSettings settings;
    boolean disabled;
    /** Set from the moment a deletion of its own, not of its branch, was accepted. */
    boolean deleting;

    private @Nullable Door door;

    /** What an endpoint has once it can be connected to. */
    record Door(Compute compute, Replica replica, Gateway gateway, Gateway pooled) {
        /** Frees the ports and cuts every session. */
        void closeGateways() {
            gateway.close();
            pooled.close();
        }
    }

    EndpointNode(BranchNode branch, String id, Type type, ComputeSettings settings, Instant createTime) {
        this(branch, id, "ep-" + UUID.randomUUID().toString().substring(0, 18), type, settings, createTime);
    }

    /** One that there was before a restart. */
    EndpointNode(BranchNode branch, String id, String uid, Type type, ComputeSettings settings, Instant createTime) {
        this.branch = branch;
        this.id = id;
        this.uid = uid;
        this.type = type;
        this.settings = settings;
        this.createTime = createTime;
        this.updateTime = createTime;
    }

    String name() {
        return branch.name() + "/endpoints/" + id;
    }

    @Nullable
    Door door() {
        return door;
    }

    Door requireDoor() {
        if (door == null || deleting || branch.deletion != null) {
            throw ApiException.inReconciliation(name());
        }
        return door;
    }

    /** Whether its compute is awake, or is being made and will be. */
    boolean countsAsActive() {
        return !disabled && (door == null || door.compute().isRunning());
    }

    /** Also while its branch is being deleted. */
    Door requireOpenDoor() {
        if (door == null) {
            throw ApiException.inReconciliation(name());
        }
        return door;
    }

    void open(Door opened) {
        door = opened;
    }

    /** Its host is gone; whoever had the door closes it. */
    void shut() {
        door = null;
    }

    /** All but whether the process is alive, which is asked without the tree's lock. */
    View view() {
        ObjectNode json = Json.object()
                .put("name", name())
                .put("endpoint_id", id)
                .put("parent", branch.name())
                .put("uid", uid)
                .put("create_time", createTime.toString())
                .put("update_time", updateTime.toString());
        ObjectNode status = json.putObject("status")
                .put("endpoint_id", id)
                .put("endpoint_type", type.wireName())
                .put("disabled", disabled);
        settings.putInto(status);
        status.putObject("group").put("min", 1).put("max", 1);
        if (door != null) {
            String host = "localhost:" + door.gateway().port();
            ObjectNode hosts = status.putObject("hosts").put("host", host);
            String pooled = "localhost:" + door.pooled().port();
            if (type == Type.READ_ONLY) {
                hosts.put("read_only_host", host).put("read_only_pooled_host", pooled);
            } else {
                hosts.put("read_write_pooled_host", pooled);
            }
        }
        return new View(json, status, door == null ? null : door.compute());
    }

    /** A snapshot that can be finished and sent after the lock was released. */
    record View(
            ObjectNode json, ObjectNode status, @Nullable Compute compute) {
        ObjectNode toJson() {
            if (compute == null) {
                status.put("current_state", "INIT").put("pending_state", "ACTIVE");
            } else {
                status.put("current_state", compute.isRunning() ? "ACTIVE" : "IDLE")
                        .put("last_active_time", compute.lastActive().toString());
            }
            return json;
        }
    }
}
