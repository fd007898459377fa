package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A synced table, guarded by the lock of the {@link Tree}. */
final class SyncedTableNode {
    /** Where it is on its way, and how it ends. */
    enum State {
        PROVISIONING,
        PROVISIONING_PIPELINE_RESOURCES,
        PROVISIONING_INITIAL_SNAPSHOT,
        ONLINE_NO_PENDING_UPDATE,
        ONLINE_CONTINUOUS_UPDATE,
        ONLINE_PIPELINE_FAILED,
        OFFLINE_FAILED;

        boolean isOnline() {
            return name().startsWith("ONLINE");
        }
    }

    /**
     * What it was created with.
     *
     * @param database the name in Postgres
     * @param timeseriesKey empty for none
     * @param policy SNAPSHOT, TRIGGERED or CONTINUOUS
     */
    record Spec(
            String source,
            BranchName branch,
            String database,
            List<String> primaryKey,
            String policy,
            String timeseriesKey,
            boolean createObjects) {}

    final String id;
    final String uid;
    final Spec spec;
    final Instant createTime;
    final String pipelineId;
    State state = State.PROVISIONING;
    String message = "";
    long rows;
    long version;

    @Nullable
    Instant syncStart;

    @Nullable
    Instant syncEnd;

    SourceTable.@Nullable Stamp stamp;

    SyncedTableNode(String id, String uid, String pipelineId, Spec spec, Instant createTime) {
        this.id = id;
        this.uid = uid;
        this.pipelineId = pipelineId;
        this.spec = spec;
        this.createTime = createTime;
    }

    SyncedTableNode(String id, Spec spec, Instant createTime) {
        this(id, UUID.randomUUID().toString(), UUID.randomUUID().toString(), spec, createTime);
    }

    String name() {
        return "synced_tables/" + id;
    }

    String schema() {
        return id.split("\\.", -1)[1];
    }

    /** Quoted, with its schema. */
    String table() {
        return RootDatabase.quoted(schema()) + "." + RootDatabase.quoted(id.split("\\.", -1)[2]);
    }

    boolean isContinuous() {
        return spec.policy.equals("CONTINUOUS");
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object()
                .put("name", name())
                .put("synced_table_id", id)
                .put("uid", uid)
                .put("create_time", createTime.toString());
        ObjectNode status = json.putObject("status")
                .put("detailed_state", "SYNCED_TABLE_" + state)
                .put("unity_catalog_provisioning_state", state == State.PROVISIONING ? "PROVISIONING" : "ACTIVE")
                .put("pipeline_id", pipelineId)
                .put("project", spec.branch.projectName());
        if (!message.isEmpty()) {
            status.put("message", message);
        }
        if (syncStart != null && syncEnd != null) {
            status.put("last_sync_time", syncEnd.toString()).put("last_processed_commit_version", version);
            status.putObject("last_sync")
                    .put("sync_start_time", syncStart.toString())
                    .put("sync_end_time", syncEnd.toString())
                    .putObject("delta_table_sync_info")
                    .put("delta_commit_version", version)
                    .put("delta_commit_time", syncStart.toString());
        }
        if (state == State.PROVISIONING_INITIAL_SNAPSHOT) {
            status.put("provisioning_phase", "PROVISIONING_PHASE_MAIN");
            status.putObject("ongoing_sync_progress").put("synced_row_count", rows);
        }
        return json;
    }
}
