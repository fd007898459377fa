package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Tree} as the {@link StateFile} holds it, and back. A field or a resource that shall outlive a restart is put
 * into its {@code save} method here and read in the {@code load} beside it; nothing else has to be done. What lies in
 * PostgreSQL itself, such as roles, needs no line here.
 *
 * <p>What is under way is not saved: a branch that is still being made will not have been, one that is being purged will
 * be gone, and one that is being deleted or undeleted, whose data is to stay, will be there.
 */
final class SavedTree {
    private SavedTree() {}

    /** Under the tree's lock. */
    static ArrayNode save(Tree tree) {
        ArrayNode projects = Json.array();
        for (ProjectNode project : tree.projects()) {
            BranchNode root = project.branches.get(ProjectNode.DEFAULT_BRANCH);
            if (root != null && isSettled(root)) {
                projects.add(save(project));
            }
        }
        tree.buried().forEach(project -> projects.add(save(project)));
        return projects;
    }

    private static boolean isSettled(BranchNode branch) {
        return branch.cluster != null && !branch.goesForGood;
    }

    /** Undeleted, and on its way: it has its doors with the next start at the latest. */
    private static boolean isWaking(BranchNode branch) {
        return branch.cluster != null && branch.state == BranchNode.State.INIT;
    }

    /** What is deleted has no doors, and will have them again. */
    private static boolean isAtRest(BranchNode branch) {
        return branch.tombstone != null || branch.project.tombstone != null;
    }

    private static void save(@Nullable Tombstone tombstone, ObjectNode saved) {
        if (tombstone != null) {
            tombstone.putInto(saved);
        }
    }

    private static @Nullable Tombstone loadTombstone(ObjectNode saved) {
        return saved.has("delete_time") ? new Tombstone(time(saved, "delete_time"), time(saved, "purge_time")) : null;
    }

    /** Under the tree's lock; branches have no cluster yet, and endpoints no door. */
    static void load(JsonNode projects, Tree tree) {
        for (ObjectNode saved : objects(projects)) {
            ProjectNode project = loadProject(saved);
            if (project.tombstone == null) {
                tree.add(project);
            } else {
                tree.bury(project);
            }
        }
    }

    private static ObjectNode save(ProjectNode project) {
        ObjectNode saved = Json.object()
                .put("id", project.id)
                .put("uid", project.uid)
                .put("owner", project.owner)
                .put("create_time", project.createTime.toString())
                .put("update_time", project.updateTime.toString())
                .put("display_name", project.displayName)
                .put("pg_version", project.pgVersion)
                .put("history_retention", Json.duration(project.historyRetention))
                .put("default_branch", project.defaultBranch)
                .put("native_login", project.nativeLogin);
        if (project.customTags != null) {
            saved.set("custom_tags", project.customTags);
        }
        save(project.tombstone, saved);
        ObjectNode grants = saved.putObject("grants");
        project.grants.forEach((name, permission) -> grants.put(name, permission.name()));
        saved.set("settings", save(project.settings));
        ArrayNode branches = saved.putArray("branches");
        // in the tree's order, in which a parent comes before its children
        project.branches.values().stream().filter(SavedTree::isSettled).forEach(branch -> branches.add(save(branch)));
        ArrayNode deleted = saved.putArray("deleted");
        project.tombstones.values().forEach(branch -> deleted.add(save(branch)));
        return saved;
    }

    private static ProjectNode loadProject(ObjectNode saved) {
        var project = new ProjectNode(
                text(saved, "id"),
                text(saved, "uid"),
                text(saved, "display_name"),
                saved.path("pg_version").asInt(),
                text(saved, "owner"),
                time(saved, "create_time"));
        project.updateTime = time(saved, "update_time");
        project.historyRetention = duration(saved, "history_retention");
        project.settings = loadSettings(saved.path("settings"));
        project.defaultBranch = text(saved, "default_branch");
        project.nativeLogin = saved.path("native_login").asBoolean();
        project.customTags = saved.get("custom_tags");
        project.tombstone = loadTombstone(saved);
        saved.path("grants")
                .fields()
                .forEachRemaining(grant -> project.grants.put(
                        grant.getKey(), Permission.valueOf(grant.getValue().asText())));
        for (ObjectNode branch : objects(saved.path("branches"))) {
            BranchNode loaded = loadBranch(project, branch);
            project.branches.put(loaded.id, loaded);
        }
        for (ObjectNode branch : objects(saved.path("deleted"))) {
            BranchNode loaded = loadBranch(project, branch);
            project.tombstones.put(loaded.id, loaded);
        }
        return project;
    }

    private static ObjectNode save(BranchNode branch) {
        ObjectNode saved = Json.object()
                .put("id", branch.id)
                .put("uid", branch.uid)
                .put("create_time", branch.createTime.toString())
                .put("update_time", branch.updateTime.toString())
                .put("state_change_time", branch.stateChangeTime.toString())
                .put("protected", branch.isProtected);
        if (branch.source != null) {
            saved.put("source", branch.source.id).put("source_uid", branch.source.uid);
        }
        save(branch.tombstone, saved);
        putTime(saved, "expire_time", branch.expireTime);
        ArrayNode endpoints = saved.putArray("endpoints");
        branch.endpoints.values().stream()
                .filter(endpoint ->
                        !endpoint.deleting && (endpoint.door() != null || isAtRest(branch) || isWaking(branch)))
                .forEach(endpoint -> endpoints.add(save(endpoint)));
        return saved;
    }

    private static BranchNode loadBranch(ProjectNode project, ObjectNode saved) {
        Tombstone tombstone = loadTombstone(saved);
        var branch = new BranchNode(
                project,
                text(saved, "id"),
                text(saved, "uid"),
                saved.has("source") ? source(project, saved, tombstone != null) : null,
                time(saved, "create_time"));
        branch.tombstone = tombstone;
        branch.updateTime = time(saved, "update_time");
        branch.stateChangeTime = time(saved, "state_change_time");
        branch.isProtected = saved.path("protected").asBoolean();
        branch.expireTime = Json.time(saved, "expire_time");
        for (ObjectNode endpoint : objects(saved.path("endpoints"))) {
            EndpointNode loaded = loadEndpoint(branch, endpoint);
            branch.endpoints.put(loaded.id, loaded);
        }
        return branch;
    }

    /** @param mayBeGone the source of a deleted branch may be deleted too, and purged */
    private static BranchNode source(ProjectNode project, ObjectNode saved, boolean mayBeGone) {
        String id = text(saved, "source");
        String uid = text(saved, "source_uid");
        BranchNode source = project.branches.get(id);
        if (source != null && source.uid.equals(uid)) {
            return source;
        }
        if (!mayBeGone) {
            throw new NullPointerException("there is no branch " + id);
        }
        return new BranchNode(project, id, uid, null, time(saved, "create_time"));
    }

    private static ObjectNode save(EndpointNode endpoint) {
        ObjectNode saved = Json.object()
                .put("id", endpoint.id)
                .put("uid", endpoint.uid)
                .put("type", endpoint.type.wireName())
                .put("create_time", endpoint.createTime.toString())
                .put("update_time", endpoint.updateTime.toString())
                .put("disabled", endpoint.disabled);
        saved.set("settings", save(endpoint.settings));
        return saved;
    }

    private static EndpointNode loadEndpoint(BranchNode branch, ObjectNode saved) {
        var endpoint = new EndpointNode(
                branch,
                text(saved, "id"),
                text(saved, "uid"),
                Objects.requireNonNull(EndpointNode.Type.of(text(saved, "type"))),
                loadSettings(saved.path("settings")),
                time(saved, "create_time"));
        endpoint.updateTime = time(saved, "update_time");
        endpoint.disabled = saved.path("disabled").asBoolean();
        return endpoint;
    }

    private static ObjectNode save(ComputeSettings settings) {
        return Json.object()
                .put("min_cu", settings.minCu())
                .put("max_cu", settings.maxCu())
                .put("suspend_timeout", Json.duration(settings.suspendTimeout()))
                .put("no_suspension", settings.noSuspension());
    }

    private static ComputeSettings loadSettings(JsonNode saved) {
        return new ComputeSettings(
                saved.path("min_cu").asDouble(),
                saved.path("max_cu").asDouble(),
                duration((ObjectNode) saved, "suspend_timeout"),
                saved.path("no_suspension").asBoolean());
    }

    private static void putTime(ObjectNode saved, String field, @Nullable Instant time) {
        if (time != null) {
            saved.put(field, time.toString());
        }
    }

    private static List<ObjectNode> objects(JsonNode array) {
        List<ObjectNode> all = new ArrayList<>();
        array.forEach(one -> all.add((ObjectNode) one));
        return all;
    }

    private static String text(ObjectNode saved, String field) {
        return Json.require(saved, field);
    }

    private static Instant time(ObjectNode saved, String field) {
        return Objects.requireNonNull(Json.time(saved, field), () -> "\"" + field + "\" is missing");
    }

    private static Duration duration(ObjectNode saved, String field) {
        return Objects.requireNonNull(Json.duration(saved, field), () -> "\"" + field + "\" is missing");
    }
}
