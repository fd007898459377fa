package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.local.storage.BranchPoint;
import dev.lakebase.local.storage.Cluster;
import dev.lakebase.local.storage.Origin;
import dev.lakebase.local.storage.PointOutOfRangeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/2.0/postgres/projects/…/branches}. */
final class Branches {
    private static final String ALL = ApiServer.PREFIX + "/projects/{project}/branches";
    private static final String ONE = ALL + "/{branch}";
    private static final Set<String> MASKS = Set.of("spec", "spec.expiration", "spec.is_protected");

    private final Platform platform;
    private final Deletions deletions;

    Branches(Platform platform, Deletions deletions) {
        this.platform = platform;
        this.deletions = deletions;
    }

    void addTo(Routes routes) {
        routes.add("GET", ALL, this::list)
                .add("POST", ALL, this::create)
                .add("GET", ONE, this::get)
                .add("PATCH", ONE, this::update)
                .add("DELETE", ONE, this::delete)
                .add("POST", ONE + "/undelete", deletions::undelete);
    }

    private JsonNode list(Call call) {
        measure(platform.tree()
                .locked(() -> List.copyOf(
                        platform.tree().project(call.path("project")).branches.values())));
        return platform.tree().locked(() -> {
            ProjectNode project = platform.tree().project(call.path("project"));
            var all = new ArrayList<>(project.branches.values());
            if (call.isSet("show_deleted")) {
                all.addAll(project.tombstones.values());
            }
            // a name may be taken by one that was deleted and by one that is there
            return Pages.of(call, all, branch -> branch.id + " " + branch.uid).toJson("branches", BranchNode::toJson);
        });
    }

    private JsonNode get(Call call) {
        measure(List.of(platform.tree().locked(() -> find(call))));
        return platform.tree().locked(() -> find(call).toJson());
    }

    /** Their sizes as of now, which are read from files and so without the tree's lock. */
    private void measure(List<BranchNode> branches) {
        for (BranchNode branch : branches) {
            Cluster cluster = platform.tree().locked(() -> branch.deletion == null ? branch.cluster : null);
            if (cluster != null) {
                long size = cluster.logicalSizeBytes();
                platform.tree().change(() -> branch.logicalSize = size);
            }
        }
    }

    private BranchNode find(Call call) {
        return platform.tree().branch(call.path("project"), call.path("branch"));
    }

    private JsonNode create(Call call) {
        String projectId = call.path("project");
        platform.tree().change(() -> platform.tree().project(projectId));
        String id = Ids.require("branch_id", call.query("branch_id"));
        ObjectNode spec = Json.child(call.json(), "spec");
        Instant now = now();
        Expiration expiration = Expiration.of(spec, now, platform.limits().branchLifetime());
        BranchPoint point = SourcePoint.of(spec, now);
        String sourceName = Json.text(spec, "source_branch");
        boolean isProtected = Boolean.TRUE.equals(Json.bool(spec, "is_protected"));
        if (isProtected && expiration.time() != null) {
            throw ApiException.badRequest("Protected branches cannot have an expiration date");
        }
        if (!point.equals(BranchPoint.now())) {
            platform.tree()
                    .locked(() -> {
                        BranchNode source = source(platform.tree().project(projectId), sourceName);
                        source.compute().active();
                        return SourcePoint.Source.of(source, now);
                    })
                    .require(point);
        }
        boolean replace = call.isSet("replace_existing");
        return platform.tree()
                .locked(() -> {
                    ProjectNode project = platform.tree().project(projectId);
                    BranchNode existing = project.branches.get(id);
                    if (existing != null && replace) {
                        requireSameSource(existing, sourceName);
                        return change(existing, expiration, isProtected, now);
                    }
                    BranchNode buried = project.tombstones.get(id);
                    if (existing != null || (buried != null && platform.limits().deletedKeepNames())) {
                        throw ApiException.alreadyExists("branch with such id already exists");
                    }
                    BranchNode source = source(project, sourceName);
                    requireUnprotected(project, isProtected);
                    platform.requireBranchQuota(project);
                    platform.requireComputeQuota();
                    Cluster parent = source.usableCluster();
                    source.compute().active(); // a suspend would wait for the copy, and logins for the suspend
                    var branch = new BranchNode(project, id, source, now);
                    branch.expireTime = expiration.time();
                    branch.isProtected = isProtected;
                    project.branches.put(id, branch);
                    addPrimary(branch);
                    if (buried != null) {
                        deletions.purge(buried);
                    }
                    Operation operation = platform.operations().register(branch.name(), "Branch");
                    return platform.operations()
                            .begin(
                                    operation,
                                    () -> copy(parent, branch, point),
                                    () -> platform.tree().change(() -> project.branches.remove(id, branch)));
                })
                .toJson();
    }

    private static BranchNode source(ProjectNode project, @Nullable String name) {
        String prefix = project.name() + "/branches/";
        if (name != null && !name.startsWith(prefix)) {
            throw ApiException.invalid("Field 'spec.source_branch' must be a branch of the same project, such as \""
                    + prefix + ProjectNode.DEFAULT_BRANCH + "\", not \"" + name + "\"");
        }
        BranchNode source = project.branches.get(
                name == null || name.isEmpty() ? project.defaultBranch : name.substring(prefix.length()));
        if (source == null) {
            throw ApiException.notFound("branch");
        }
        source.requireChildren();
        return source;
    }

    private static void requireSameSource(BranchNode existing, @Nullable String name) {
        if (name != null && (existing.source == null || !existing.source.name().equals(name))) {
            throw ApiException.badRequest("the source of an existing branch cannot be changed: " + existing.name()
                    + (existing.source == null ? " is a root branch" : " is from " + existing.source.name()));
        }
    }

    /** As the platform has it: one of a project. */
    private static void requireUnprotected(ProjectNode project, boolean isProtected) {
        if (isProtected && project.branches.values().stream().anyMatch(other -> other.isProtected)) {
            throw ApiException.badRequest("project already has a protected branch, and may have one only");
        }
    }

    static void addPrimary(BranchNode branch) {
        branch.endpoints.put(
                EndpointNode.PRIMARY,
                new EndpointNode(
                        branch,
                        EndpointNode.PRIMARY,
                        EndpointNode.Type.READ_WRITE,
                        branch.project.settings,
                        branch.createTime));
    }

    private ObjectNode copy(Cluster parent, BranchNode branch, BranchPoint point) {
        Cluster cluster = null;
        boolean complete = false;
        try {
            cluster = platform.storage().branch(parent, branch.uid, point);
            if (platform.tree().locked(() -> branch.expireTime == null)) {
                cluster.history().keepAsBranchOf(parent); // it may have children
            }
            open(branch, cluster);
            complete = true;
        } catch (PointOutOfRangeException e) {
            throw ApiException.invalid(String.valueOf(e.getMessage()));
        } finally {
            if (!complete) {
                platform.tree().change(() -> branch.project.branches.remove(branch.id, branch));
                if (cluster != null) {
                    platform.storage().delete(cluster);
                }
            }
        }
        return platform.tree().locked(branch::toJson);
    }

    /** Makes a branch READY, and its endpoints connectable in the same moment. */
    void open(BranchNode branch, Cluster cluster) {
        EndpointNode primary = platform.tree().locked(() -> branch.endpoints.get(EndpointNode.PRIMARY));
        EndpointNode.Door door = platform.open(primary, cluster);
        Origin origin = cluster.origin();
        long size = cluster.logicalSizeBytes();
        platform.tree().change(() -> {
            primary.open(door);
            branch.origin = origin;
            branch.logicalSize = size;
            branch.ready(cluster, now());
        });
    }

    private JsonNode update(Call call) {
        ObjectNode body = call.json();
        UpdateMask mask = UpdateMask.of(call, body, MASKS);
        ObjectNode spec = Json.child(body, "spec");
        Instant now = now();
        Expiration expiration = Expiration.isIn(spec) && mask.covers("spec.expiration")
                ? Expiration.of(spec, now, platform.limits().branchLifetime())
                : null;
        Boolean isProtected = mask.covers("spec.is_protected") ? Json.bool(spec, "is_protected") : null;
        return platform.tree()
                .locked(() -> change(find(call), expiration, isProtected, now))
                .toJson();
    }

    /** Under the tree's lock. Null: as it was. */
    private Operation change(
            BranchNode branch, @Nullable Expiration expiration, @Nullable Boolean isProtected, Instant now) {
        branch.usableCluster();
        boolean nowProtected = isProtected == null ? branch.isProtected : isProtected;
        Instant expireTime = expiration == null ? branch.expireTime : expiration.time();
        if (expireTime != null && (nowProtected || branch.isDefault() || branch.hasChildren())) {
            throw ApiException.badRequest(
                    "Default branches, protected branches and branches with children cannot have an expiration date");
        }
        requireUnprotected(branch.project, nowProtected && !branch.isProtected);
        branch.isProtected = nowProtected;
        branch.expireTime = expireTime;
        branch.updateTime = now;
        Operation operation = platform.operations().register(branch.name(), "Branch");
        Cluster cluster = branch.usableCluster();
        if (cluster.history().isKept() == (expireTime == null)) {
            platform.operations().finish(operation, branch.toJson());
        } else {
            platform.operations().begin(operation, () -> rememberOrForget(branch, cluster));
        }
        return operation;
    }

    /** Only a branch that may have children needs its past. */
    private ObjectNode rememberOrForget(BranchNode branch, Cluster cluster) {
        if (platform.tree().locked(() -> branch.expireTime == null)) {
            cluster.history().keep(false);
        } else {
            cluster.history().forget();
        }
        return platform.tree().locked(branch::toJson);
    }

    /** Keeps what branches can begin with within its bounds. Blocks for as long as a copy takes. */
    void tendHistory() {
        Instant now = now();
        List<SourcePoint.Source> sources = platform.tree()
                .locked(() -> platform.tree().branches().stream()
                        .filter(branch -> branch.state == BranchNode.State.READY && branch.deletion == null)
                        .map(branch -> SourcePoint.Source.of(branch, now))
                        .toList());
        sources.forEach(source -> source.cluster().history().tend(source.windowStart()));
    }

    private JsonNode delete(Call call) {
        boolean purge = call.isSet("purge");
        return platform.tree().locked(() -> {
            ProjectNode project = platform.tree().project(call.path("project"));
            BranchNode buried = project.tombstones.get(call.path("branch"));
            if (purge && buried != null && !project.branches.containsKey(buried.id)) {
                return deletions.purge(buried).toJson();
            }
            BranchNode branch = find(call);
            if (branch.isProtected) {
                throw ApiException.badRequest("cannot delete protected branch");
            }
            if (branch.isRoot()) {
                throw ApiException.managedByParent("Cannot delete root branch '" + branch.name()
                        + "'. Root branches cannot be deleted independently.");
            }
            if (branch.isDefault()) {
                throw ApiException.badRequest("cannot delete default branch");
            }
            if (branch.hasChildren()) {
                throw ApiException.badRequest("cannot delete branch '" + branch.name() + "': it has child branches");
            }
            return deletions.begin(branch, purge).toJson();
        });
    }

    private Instant now() {
        return platform.clock().instant();
    }
}
