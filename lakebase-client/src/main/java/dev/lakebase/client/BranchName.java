package dev.lakebase.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name of a branch: {@code projects/{project}/branches/{branch}}.
 *
 * @param project the project's id
 * @param branch the branch's id (not its uid, {@code br-…})
 */
public record BranchName(String project, String branch) {

    /** @throws InvalidArgumentException if an id is missing or malformed */
    public BranchName {
        ResourceNames.requireId("project", project);
        ResourceNames.requireId("branch", branch);
    }

    /**
     * Reads {@code projects/{project}/branches/{branch}}.
     *
     * @throws InvalidArgumentException if it is anything else
     */
    public static BranchName parse(@Nullable String name) {
        List<String> ids = ResourceNames.parse(
                name, "a branch", "projects/{project}/branches/{branch}", List.of("projects", "branches"));
        return new BranchName(ids.get(0), ids.get(1));
    }

    /** The name of the project that this branch belongs to. */
    public ProjectName projectName() {
        return new ProjectName(project);
    }

    /** The name of an endpoint of this branch. */
    public EndpointName endpoint(String endpoint) {
        return new EndpointName(project, branch, endpoint);
    }

    /** The name of a PostgreSQL role of this branch. */
    public RoleName role(String role) {
        return new RoleName(project, branch, role);
    }

    /** The name of a database of this branch. */
    public DatabaseName database(String database) {
        return new DatabaseName(project, branch, database);
    }

    /** The resource name, {@code projects/{project}/branches/{branch}}. */
    @Override
    public String toString() {
        return "projects/" + project + "/branches/" + branch;
    }
}
