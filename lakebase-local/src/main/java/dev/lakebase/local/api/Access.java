package dev.lakebase.local.api;

import org.jspecify.annotations.Nullable;

/** Who may do what with which project. Its owner and the administrators of the workspace may do everything. */
final class Access {
    private final Tree tree;

    Access(Tree tree) {
        this.tree = tree;
    }

    /** Before a route below a project is handled: reading takes CAN_USE, all else CAN_MANAGE. */
    void check(Principal caller, String method, String project) {
        tree.change(() -> {
            if (method.equals("GET")) {
                requireUse(caller, project);
            } else {
                requireManage(caller, project);
            }
        });
    }

    /** Under the tree's lock. */
    void requireUse(Principal caller, String project) {
        require(caller, project, Permission.CAN_USE);
    }

    /** Under the tree's lock. */
    void requireManage(Principal caller, String project) {
        require(caller, project, Permission.CAN_MANAGE);
    }

    /** Under the tree's lock. */
    boolean mayUse(Principal caller, ProjectNode project) {
        return of(caller, project).compareTo(Permission.CAN_USE) >= 0;
    }

    private void require(Principal caller, String id, Permission needed) {
        ProjectNode project = find(id);
        // what is not there is 404, and the handler's business
        if (project != null && of(caller, project).compareTo(needed) < 0) {
            throw new ApiException(
                    403,
                    "PERMISSION_DENIED",
                    caller.userName() + " does not have " + needed.name().replace('_', ' ') + " permission on project '"
                            + id + "'");
        }
    }

    private @Nullable ProjectNode find(String id) {
        return tree.isFree(id) ? tree.buried(id) : tree.project(id);
    }

    private static Permission of(Principal caller, ProjectNode project) {
        if (caller.administrator() || project.owner.equals(caller.userName())) {
            return Permission.CAN_MANAGE;
        }
        Permission most = project.grants.getOrDefault(caller.userName(), Permission.NONE);
        for (String group : caller.groups()) {
            Permission ofGroup = project.grants.getOrDefault(group, Permission.NONE);
            most = ofGroup.compareTo(most) > 0 ? ofGroup : most;
        }
        return most;
    }
}
