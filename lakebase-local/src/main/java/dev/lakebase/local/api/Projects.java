package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.local.storage.Cluster;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/** {@code /api/2.0/postgres/projects}. */
final class Projects {
    private static final String ALL = ApiServer.PREFIX + "/projects";
    private static final String ONE = ALL + "/{project}";

    private final Platform platform;
    private final Branches branches;
    private final Deletions deletions;

    Projects(Platform platform, Branches branches, Deletions deletions) {
        this.platform = platform;
        this.branches = branches;
        this.deletions = deletions;
    }

    void addTo(Routes routes) {
        routes.add("GET", ALL, this::list)
                .add("POST", ALL, this::create)
                .add("GET", ONE, this::get)
                .add("PATCH", ONE, this::update)
                .add("DELETE", ONE, this::delete)
                .add("POST", ONE + "/undelete", this::undelete);
    }

    private JsonNode list(Call call) {
        return platform.tree().locked(() -> {
            var all = new ArrayList<>(platform.tree().projects());
            if (call.isSet("show_deleted")) {
                all.addAll(platform.tree().buried());
            }
            all.removeIf(project -> !platform.access().mayUse(call.caller(), project));
            return Pages.of(call, all, project -> project.id + " " + project.uid)
                    .toJson("projects", ProjectNode::toJson);
        });
    }

    private JsonNode get(Call call) {
        return platform.tree()
                .locked(() -> platform.tree().project(call.path("project")).toJson());
    }

    private JsonNode create(Call call) {
        String id = Ids.require("project_id", call.query("project_id"));
        ObjectNode body = call.json();
        ProjectSpec spec = ProjectSpec.of(Json.child(body, "spec"));
        EndpointSpec first = EndpointSpec.of(Json.child(body, "initial_endpoint_spec"));
        boolean isProtected = Boolean.TRUE.equals(Json.bool(Json.child(body, "initial_branch_spec"), "is_protected"));
        var project = new ProjectNode(
                id, id, platform.postgresVersion(), call.caller().userName(), now());
        spec.applyTo(project, UpdateMask.ofSpecs());
        Integer asked = spec.pgVersion();
        if (asked != null && asked != project.pgVersion) {
            platform.gateways()
                    .log()
                    .accept(project.name() + ": PostgreSQL " + asked + " was asked for, " + project.pgVersion
                            + " is what is on the class path and runs");
        }
        return platform.tree()
                .locked(() -> {
                    platform.requireComputeQuota();
                    ProjectNode buried = platform.tree().buried(id);
                    if (buried != null && platform.limits().deletedKeepNames()) {
                        throw Tree.taken();
                    }
                    BranchNode root = plant(project);
                    root.isProtected = isProtected;
                    EndpointNode primary = root.endpoints.get(EndpointNode.PRIMARY);
                    if (primary != null) {
                        primary.settings = first.over(primary.settings, UpdateMask.ofSpecs(), "initial_endpoint_spec.");
                    }
                    if (buried != null) {
                        purge(buried);
                    }
                    Operation operation = platform.operations().register(project.name(), "Project");
                    return platform.operations()
                            .begin(
                                    operation,
                                    () -> grow(project, root),
                                    () -> platform.tree()
                                            .change(() -> platform.tree().remove(project)));
                })
                .toJson();
    }

    private JsonNode update(Call call) {
        ObjectNode body = call.json();
        UpdateMask mask = UpdateMask.of(call, body, ProjectSpec.MASKS);
        ProjectSpec spec = ProjectSpec.of(Json.child(body, "spec"));
        return platform.tree()
                .locked(() -> {
                    ProjectNode project = platform.tree().project(call.path("project"));
                    spec.applyTo(project, mask);
                    project.updateTime = now();
                    Operation operation = platform.operations().register(project.name(), "Project");
                    platform.operations().finish(operation, project.toJson());
                    return operation;
                })
                .toJson();
    }

    /** The project to start with: created on the calling thread, unless a data folder has it. */
    void createFirst(String id, Principals principals) {
        if (platform.tree().locked(() -> platform.tree().isFree(id))) {
            String owner = principals.user().principal().userName();
            var project = new ProjectNode(id, id, platform.postgresVersion(), owner, now());
            try {
                BranchNode root = plant(project);
                grow(project, root);
                RootDatabase.addApps(Place.of(platform, id, root.id), principals.apps());
            } catch (SQLException e) {
                throw new IllegalStateException("project " + id + " could not be prepared: " + e.getMessage(), e);
            }
        }
        platform.tree().change(() -> platform.tree().project(id).grants.putAll(principals.grants()));
    }

    private BranchNode plant(ProjectNode project) {
        var root = new BranchNode(project, ProjectNode.DEFAULT_BRANCH, null, project.createTime);
        platform.tree().change(() -> {
            platform.tree().add(project);
            project.branches.put(root.id, root);
            Branches.addPrimary(root);
        });
        return root;
    }

    private ObjectNode grow(ProjectNode project, BranchNode root) throws SQLException {
        Cluster cluster = null;
        boolean complete = false;
        try {
            cluster = platform.storage().createRoot(root.uid);
            RootDatabase.prepare(cluster, platform.principals().administrators());
            cluster.history().keep(true);
            branches.open(root, cluster);
            complete = true;
        } finally {
            if (!complete) {
                platform.tree().change(() -> platform.tree().remove(project));
                if (cluster != null) {
                    platform.storage().delete(cluster);
                }
            }
        }
        return platform.tree().locked(project::toJson);
    }

    private JsonNode delete(Call call) {
        boolean purge =
                call.isSet("purge") || platform.limits().deletedRetention().isZero();
        return platform.tree()
                .locked(() -> {
                    String id = call.path("project");
                    ProjectNode buried = platform.tree().buried(id);
                    if (call.isSet("purge") && buried != null && platform.tree().isFree(id)) {
                        return purge(buried);
                    }
                    ProjectNode project = platform.tree().project(id);
                    for (BranchNode branch : project.branches.values()) {
                        branch.usableCluster(); // nothing may be under way
                    }
                    Operation deletion = platform.operations().register(project.name(), "Project");
                    project.branches.values().forEach(branch -> {
                        branch.deletion = deletion;
                        branch.goesForGood = purge;
                    });
                    List<BranchNode> doomed = List.copyOf(project.branches.values());
                    return platform.operations()
                            .begin(
                                    deletion,
                                    () -> {
                                        if (purge) {
                                            remove(project, doomed);
                                        } else {
                                            bury(project, doomed, deletions::tombstone);
                                        }
                                        return null;
                                    },
                                    () -> platform.tree().change(() -> doomed.forEach(BranchNode::stays)));
                })
                .toJson();
    }

    private void bury(ProjectNode project, List<BranchNode> branches, Supplier<Tombstone> tombstone) {
        List<ProjectNode> excess = new ArrayList<>();
        try {
            branches.forEach(deletions::rest);
        } finally {
            platform.tree().change(() -> {
                branches.forEach(branch -> {
                    branch.deletion = null;
                    branch.endpoints.values().forEach(EndpointNode::shut);
                });
                project.tombstone = tombstone.get();
                excess.addAll(platform.tree().bury(project));
            });
        }
        excess.forEach(this::purge);
    }

    /** What was deleted already goes for good. */
    private Operation purge(ProjectNode buried) {
        return platform.tree().locked(() -> {
            platform.tree().forget(buried);
            List<BranchNode> branches = List.copyOf(buried.branches.values());
            Operation operation = platform.operations().register(buried.name(), "Project");
            return platform.operations()
                    .begin(
                            operation,
                            () -> {
                                remove(buried, branches);
                                return null;
                            },
                            () -> platform.tree().change(() -> platform.tree().remember(buried)));
        });
    }

    private void remove(ProjectNode project, List<BranchNode> branches) {
        try {
            List<BranchNode> all = new ArrayList<>(branches);
            all.addAll(platform.tree().locked(() -> List.copyOf(project.tombstones.values())));
            all.forEach(deletions::remove);
        } finally {
            platform.tree().change(() -> platform.tree().remove(project));
        }
    }

    private JsonNode undelete(Call call) {
        return platform.tree()
                .locked(() -> {
                    String id = call.path("project");
                    ProjectNode project = platform.tree().buried(id);
                    if (project == null) {
                        platform.tree().project(id);
                        throw ApiException.badRequest("project is not deleted");
                    }
                    Tombstone tombstone = Objects.requireNonNull(project.tombstone, "it is among the deleted ones");
                    platform.tree().add(project);
                    platform.tree().forget(project);
                    project.tombstone = null;
                    List<BranchNode> branches = List.copyOf(project.branches.values());
                    branches.forEach(branch -> branch.state = BranchNode.State.INIT);
                    Operation operation = platform.operations().register(project.name(), "Project");
                    Runnable undo = () -> bury(project, branches, () -> tombstone);
                    return platform.operations()
                            .begin(
                                    operation,
                                    () -> {
                                        Operations.orUndo(() -> deletions.wake(branches), undo);
                                        return platform.tree().locked(project::toJson);
                                    },
                                    undo);
                })
                .toJson();
    }

    /** Purges what is due. Returns at once. */
    void expire() {
        Instant now = now();
        platform.tree()
                .change(() -> platform.tree().buried().stream()
                        .filter(project -> project.tombstone != null && !now.isBefore(project.tombstone.purgeTime()))
                        .forEach(this::purge));
    }

    private Instant now() {
        return platform.clock().instant();
    }
}
