package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A project of the {@link Tree}, and guarded by its lock. */
final class ProjectNode {
    static final String DEFAULT_BRANCH = "production";

    private static final Duration DEFAULT_HISTORY_RETENTION = Duration.ofDays(7);

    /** 8 TB, as the platform reports it; the disk here is smaller. */
    private static final long SIZE_LIMIT = 8L << 40;

    final String id;
    final String uid;
    final String owner;
    final Instant createTime;
    final Map<String, BranchNode> branches = new LinkedHashMap<>();
    /** What was deleted and not purged, the oldest first. */
    final Map<String, BranchNode> tombstones = new LinkedHashMap<>();

    /** What others than its owner may do, by the name of a principal or a group. */
    final Map<String, Permission> grants = new LinkedHashMap<>();

    String defaultBranch = DEFAULT_BRANCH;
    String displayName;
    int pgVersion;
    Instant updateTime;
    /** What a new endpoint gets. */
    ComputeSettings settings = ComputeSettings.DEFAULT;

    Duration historyRetention = DEFAULT_HISTORY_RETENTION;
    /** Reported only: native passwords are checked by the role. */
    boolean nativeLogin = true;

    @Nullable
    JsonNode customTags;

    /** Set while it is deleted and not purged. */
    @Nullable
    Tombstone tombstone;

    ProjectNode(String id, String displayName, int pgVersion, String owner, Instant createTime) {
        this(id, UUID.randomUUID().toString(), displayName, pgVersion, owner, createTime);
    }

    /** One that there was before a restart. */
    ProjectNode(String id, String uid, String displayName, int pgVersion, String owner, Instant createTime) {
        this.id = id;
        this.uid = uid;
        this.displayName = displayName;
        this.pgVersion = pgVersion;
        this.owner = owner;
        this.createTime = createTime;
        this.updateTime = createTime;
    }

    String name() {
        return "projects/" + id;
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object()
                .put("name", name())
                .put("project_id", id)
                .put("uid", uid)
                .put("create_time", createTime.toString())
                .put("update_time", updateTime.toString());
        if (tombstone != null) {
            tombstone.putInto(json);
        }
        ObjectNode status = json.putObject("status")
                .put("project_id", id)
                .put("display_name", displayName)
                .put("owner", owner)
                .put("pg_version", pgVersion)
                .put("default_branch", name() + "/branches/" + defaultBranch)
                .put("history_retention_duration", Json.duration(historyRetention))
                .put("enable_pg_native_login", nativeLogin)
                .put("branch_logical_size_limit_bytes", SIZE_LIMIT);
        if (customTags != null) {
            status.set("custom_tags", customTags);
        }
        settings.putInto(status.putObject("default_endpoint_settings"));
        return json;
    }
}
