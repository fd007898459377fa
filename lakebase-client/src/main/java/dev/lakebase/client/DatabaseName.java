package dev.lakebase.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name of a database of a branch: {@code projects/{project}/branches/{branch}/databases/{database}}.
 *
 * @param project the project's id
 * @param branch the branch's id
 * @param database its id, such as {@code databricks-postgres}; not its name in PostgreSQL, {@code databricks_postgres}
 */
public record DatabaseName(String project, String branch, String database) {

    /** @throws InvalidArgumentException if an id is missing or malformed */
    public DatabaseName {
        ResourceNames.requireId("project", project);
        ResourceNames.requireId("branch", branch);
        ResourceNames.requireSegment("database", database);
    }

    /**
     * Reads {@code projects/{project}/branches/{branch}/databases/{database}}.
     *
     * @throws InvalidArgumentException if it is anything else
     */
    public static DatabaseName parse(@Nullable String name) {
        List<String> ids = ResourceNames.parse(
                name,
                "a database of a branch",
                "projects/{project}/branches/{branch}/databases/{database}",
                List.of("projects", "branches", "databases"));
        return new DatabaseName(ids.get(0), ids.get(1), ids.get(2));
    }

    /** The name of the branch that it belongs to. */
    public BranchName branchName() {
        return new BranchName(project, branch);
    }

    /** The resource name, {@code projects/{project}/branches/{branch}/databases/{database}}. */
    @Override
    public String toString() {
        return "projects/" + project + "/branches/" + branch + "/databases/" + database;
    }
}
