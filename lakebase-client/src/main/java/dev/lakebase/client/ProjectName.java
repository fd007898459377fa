package dev.lakebase.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name of a project: {@code projects/{project}}.
 *
 * @param project the project's id
 */
public record ProjectName(String project) {

    /** @throws InvalidArgumentException if the id is missing or malformed */
    public ProjectName {
        ResourceNames.requireId("project", project);
    }

    /**
     * Reads {@code projects/{project}}.
     *
     * @throws InvalidArgumentException if it is anything else
     */
    public static ProjectName parse(@Nullable String name) {
        List<String> ids = ResourceNames.parse(name, "a project", "projects/{project}", List.of("projects"));
        return new ProjectName(ids.get(0));
    }

    /** The name of a branch of this project. */
    public BranchName branch(String branch) {
        return new BranchName(project, branch);
    }

    /** The resource name, {@code projects/{project}}. */
    @Override
    public String toString() {
        return "projects/" + project;
    }
}
