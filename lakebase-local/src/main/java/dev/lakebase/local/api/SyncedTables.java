package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /api/2.0/postgres/synced_tables}. */
final class SyncedTables {
    private static final String ALL = ApiServer.PREFIX + "/synced_tables";
    private static final String ONE = ALL + "/{table}";
    private static final Pattern ID = Pattern.compile("[^./\\s]{1,255}\\.[^./\\s]{1,63}\\.[^./\\s]{1,63}");
    private static final Set<String> POLICIES = Set.of("SNAPSHOT", "TRIGGERED", "CONTINUOUS");

    private final Platform platform;
    private final Catalogs catalogs;
    private final TableSync sync;
    /** Guarded by the tree's lock. */
    private final Map<String, SyncedTableNode> tables = new LinkedHashMap<>();

    SyncedTables(Platform platform, Catalogs catalogs, Map<String, SourceTable> sources) {
        this.platform = platform;
        this.catalogs = catalogs;
        this.sync = new TableSync(platform, sources);
    }

    void addTo(Routes routes) {
        routes.add("POST", ALL, this::create).add("GET", ONE, this::get).add("DELETE", ONE, this::delete);
    }

    private SyncedTableNode require(String id) {
        SyncedTableNode table = tables.get(id);
        if (table == null) {
            throw ApiException.notFound("synced table");
        }
        return table;
    }

    private JsonNode get(Call call) {
        return platform.tree().locked(() -> {
            SyncedTableNode table = require(call.path("table"));
            platform.access().requireUse(call.caller(), table.spec.branch().project());
            return table.toJson();
        });
    }

    private JsonNode create(Call call) {
        String id = call.query("synced_table_id");
        if (id.isEmpty()) {
            throw ApiException.required("synced_table_id");
        }
        if (!ID.matcher(id).matches()) {
            throw ApiException.invalid("Field 'synced_table_id' must be catalog.schema.table, not \"" + id + "\"");
        }
        SyncedTableNode.Spec spec = spec(id, Json.child(call.json(), "spec"));
        var table = new SyncedTableNode(id, spec, platform.clock().instant());
        return platform.tree()
                .locked(() -> {
                    platform.access().requireManage(call.caller(), spec.branch().project());
                    sync.requireSource(spec.source());
                    platform.tree()
                            .branch(spec.branch().project(), spec.branch().branch())
                            .usableCluster();
                    if (tables.putIfAbsent(id, table) != null) {
                        throw ApiException.alreadyExists("synced table with such id already exists");
                    }
                    Operation operation = platform.operations().register(table.name(), "SyncedTable");
                    // done when it is known; its data comes later, as on the platform
                    platform.operations().finish(operation, table.toJson());
                    sync.begin(table);
                    return operation;
                })
                .toJson();
    }

    private SyncedTableNode.Spec spec(String id, ObjectNode spec) {
        CatalogNode catalog = platform.tree().locked(() -> catalogs.find(id.substring(0, id.indexOf('.'))));
        String branch = Json.text(spec, "branch");
        String database = Json.text(spec, "postgres_database");
        if (catalog != null) {
            branch = branch == null ? catalog.branch().toString() : branch;
            database = database == null ? catalog.database() : database;
        }
        if (branch == null || branch.isEmpty()) {
            throw ApiException.required("synced_table.spec.branch");
        }
        if (database == null || database.isEmpty()) {
            throw ApiException.required("synced_table.spec.postgres_database");
        }
        String policy = Json.given(spec, "scheduling_policy", "synced_table.spec.scheduling_policy");
        if (!POLICIES.contains(policy)) {
            throw ApiException.invalid(
                    "Field 'spec.scheduling_policy' is \"" + policy + "\", expected SNAPSHOT, TRIGGERED or CONTINUOUS");
        }
        if (spec.hasNonNull("new_pipeline_spec") && spec.hasNonNull("existing_pipeline_id")) {
            throw ApiException.invalid(
                    "Only one of 'spec.new_pipeline_spec' and 'spec.existing_pipeline_id' may be given");
        }
        String timeseriesKey = Json.text(spec, "timeseries_key");
        return new SyncedTableNode.Spec(
                Json.given(spec, "source_table_full_name", "synced_table.spec.source_table_full_name"),
                BranchName.parse("synced_table.spec.branch", branch),
                database,
                primaryKey(spec),
                policy,
                timeseriesKey == null ? "" : timeseriesKey,
                Boolean.TRUE.equals(Json.bool(spec, "create_database_objects_if_missing")));
    }

    private static List<String> primaryKey(ObjectNode spec) {
        var columns = new ArrayList<String>();
        spec.path("primary_key_columns").forEach(column -> columns.add(column.asText()));
        if (columns.isEmpty()) {
            throw ApiException.required("synced_table.spec.primary_key_columns");
        }
        return List.copyOf(columns);
    }

    /** The synchronization ends; the rows stay where they are, as on the platform. */
    private JsonNode delete(Call call) {
        return platform.tree()
                .locked(() -> {
                    SyncedTableNode table = require(call.path("table"));
                    platform.access()
                            .requireManage(call.caller(), table.spec.branch().project());
                    tables.remove(table.id);
                    Operation operation = platform.operations().register(table.name(), "SyncedTable");
                    platform.operations().finish(operation, null);
                    return operation;
                })
                .toJson();
    }

    /** Follows the sources of what is synchronized continuously. Returns at once. */
    void follow() {
        sync.follow(platform.tree()
                .locked(() -> tables.values().stream()
                        .filter(SyncedTableNode::isContinuous)
                        .filter(table -> table.state.isOnline())
                        .toList()));
    }

    /** Goes on with what a restart has interrupted. */
    void resume() {
        platform.tree()
                .change(() -> tables.values().stream()
                        .filter(table -> !table.state.isOnline() && table.state != SyncedTableNode.State.OFFLINE_FAILED)
                        .forEach(sync::begin));
    }

    /** Under the tree's lock. */
    ArrayNode save() {
        ArrayNode saved = Json.array();
        tables.values().forEach(table -> saved.add(save(table)));
        return saved;
    }

    private static ObjectNode save(SyncedTableNode table) {
        SyncedTableNode.Spec spec = table.spec;
        ObjectNode saved = Json.object()
                .put("id", table.id)
                .put("uid", table.uid)
                .put("pipeline_id", table.pipelineId)
                .put("create_time", table.createTime.toString())
                .put("state", table.state.name())
                .put("message", table.message)
                .put("version", table.version)
                .put("source", spec.source())
                .put("branch", spec.branch().toString())
                .put("database", spec.database())
                .put("policy", spec.policy())
                .put("timeseries_key", spec.timeseriesKey())
                .put("create_objects", spec.createObjects());
        ArrayNode key = saved.putArray("primary_key");
        spec.primaryKey().forEach(key::add);
        putTime(saved, "sync_start", table.syncStart);
        putTime(saved, "sync_end", table.syncEnd);
        return saved;
    }

    private static void putTime(ObjectNode saved, String field, @Nullable Instant time) {
        if (time != null) {
            saved.put(field, time.toString());
        }
    }

    /** Under the tree's lock. */
    void load(JsonNode saved) {
        for (JsonNode each : saved) {
            ObjectNode one = (ObjectNode) each;
            var key = new ArrayList<String>();
            one.path("primary_key").forEach(column -> key.add(column.asText()));
            var table = new SyncedTableNode(
                    Json.require(one, "id"),
                    Json.require(one, "uid"),
                    Json.require(one, "pipeline_id"),
                    new SyncedTableNode.Spec(
                            Json.require(one, "source"),
                            BranchName.parse("branch", Json.require(one, "branch")),
                            Json.require(one, "database"),
                            List.copyOf(key),
                            Json.require(one, "policy"),
                            Json.require(one, "timeseries_key"),
                            one.path("create_objects").asBoolean()),
                    Instant.parse(Json.require(one, "create_time")));
            table.state = SyncedTableNode.State.valueOf(Json.require(one, "state"));
            table.message = Json.require(one, "message");
            table.version = one.path("version").asLong();
            table.syncStart = Json.time(one, "sync_start");
            table.syncEnd = Json.time(one, "sync_end");
            tables.put(table.id, table);
        }
    }
}
