package dev.lakebase.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name of a PostgreSQL role of a branch: {@code projects/{project}/branches/{branch}/roles/{role}}.
 *
 * @param project the project's id
 * @param branch the branch's id
 * @param role its id, such as {@code app-writer}; not its name in PostgreSQL
 */
public record RoleName(String project, String branch, String role) {

    /** @throws InvalidArgumentException if an id is missing or malformed */
    public RoleName {
        ResourceNames.requireId("project", project);
        ResourceNames.requireId("branch", branch);
        ResourceNames.requireSegment("role", role);
    }

    /**
     * Reads {@code projects/{project}/branches/{branch}/roles/{role}}.
     *
     * @throws InvalidArgumentException if it is anything else
     */
    public static RoleName parse(@Nullable String name) {
        List<String> ids = ResourceNames.parse(
                name,
                "a PostgreSQL role of a branch",
                "projects/{project}/branches/{branch}/roles/{role}",
                List.of("projects", "branches", "roles"));
        return new RoleName(ids.get(0), ids.get(1), ids.get(2));
    }

    /** The name of the branch that it belongs to. */
    public BranchName branchName() {
        return new BranchName(project, branch);
    }

    /** The resource name, {@code projects/{project}/branches/{branch}/roles/{role}}. */
    @Override
    public String toString() {
        return "projects/" + project + "/branches/" + branch + "/roles/" + role;
    }
}
