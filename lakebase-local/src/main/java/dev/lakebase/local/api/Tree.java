package dev.lakebase.local.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What exists: projects, their branches, those branches' endpoints. One lock guards all of it; nobody holds it across a
 * process start, a file, a socket or a query.
 */
final class Tree {
    /** A project's data is kept as a whole, so few are enough. */
    private static final int MOST_TOMBSTONES = 2;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, ProjectNode> projects = new LinkedHashMap<>();
    /** Deleted and not purged, the oldest first. */
    private final Map<String, ProjectNode> buried = new LinkedHashMap<>();

    /** Reads or changes nodes. */
    <T extends @Nullable Object> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /** Changes nodes. */
    void change(Runnable action) {
        locked(() -> {
            action.run();
            return "";
        });
    }

    ProjectNode project(String id) {
        requireLock();
        ProjectNode project = projects.get(id);
        if (project == null) {
            throw ApiException.notFound("project");
        }
        return project;
    }

    BranchNode branch(String projectId, String id) {
        BranchNode branch = project(projectId).branches.get(id);
        if (branch == null) {
            throw ApiException.notFound("branch");
        }
        return branch;
    }

    EndpointNode endpoint(String projectId, String branchId, String id) {
        EndpointNode endpoint = branch(projectId, branchId).endpoints.get(id);
        if (endpoint == null) {
            throw ApiException.notFound("endpoint");
        }
        return endpoint;
    }

    List<ProjectNode> projects() {
        requireLock();
        return List.copyOf(projects.values());
    }

    List<BranchNode> branches() {
        var all = new ArrayList<BranchNode>();
        projects().forEach(project -> all.addAll(project.branches.values()));
        return all;
    }

    /** Branches that were deleted, by themselves or with their project, and not purged. */
    List<BranchNode> resting() {
        var all = new ArrayList<BranchNode>();
        projects().forEach(project -> all.addAll(project.tombstones.values()));
        for (ProjectNode project : buried()) {
            all.addAll(project.branches.values());
            all.addAll(project.tombstones.values());
        }
        return all;
    }

    void add(ProjectNode project) {
        requireLock();
        if (projects.putIfAbsent(project.id, project) != null) {
            throw taken();
        }
    }

    static ApiException taken() {
        return ApiException.alreadyExists("project with such id already exists in the workspace");
    }

    boolean isFree(String id) {
        requireLock();
        return !projects.containsKey(id);
    }

    /** Those that were deleted and not purged. */
    List<ProjectNode> buried() {
        requireLock();
        return List.copyOf(buried.values());
    }

    @Nullable
    ProjectNode buried(String id) {
        requireLock();
        return buried.get(id);
    }

    /** Moves it among the deleted ones, and says which of those are too many now. */
    List<ProjectNode> bury(ProjectNode project) {
        requireLock();
        projects.remove(project.id, project);
        var excess = new ArrayList<ProjectNode>();
        ProjectNode older = buried.remove(project.id);
        if (older != null) {
            excess.add(older);
        }
        buried.put(project.id, project);
        buried.values().stream()
                .limit(Math.max(0, buried.size() - MOST_TOMBSTONES))
                .forEach(excess::add);
        return excess;
    }

    /** It is among the deleted ones again, unless another of its id is. */
    void remember(ProjectNode project) {
        requireLock();
        buried.putIfAbsent(project.id, project);
    }

    /** It is among the deleted ones no longer. */
    void forget(ProjectNode project) {
        requireLock();
        buried.remove(project.id, project);
    }

    void remove(ProjectNode project) {
        requireLock();
        projects.remove(project.id, project);
    }

    private void requireLock() {
        if (!lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("the tree is read and changed under its lock only");
        }
    }
}
