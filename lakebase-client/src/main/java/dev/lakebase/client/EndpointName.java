package dev.lakebase.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name of an endpoint, the compute of a branch: {@code projects/{project}/branches/{branch}/endpoints/{endpoint}}.
 *
 * @param project the project's id
 * @param branch the branch's id
 * @param endpoint the endpoint's id, {@code primary} for the one that every branch is born with
 */
public record EndpointName(String project, String branch, String endpoint) implements CredentialTarget {

    /** @throws InvalidArgumentException if an id is missing or malformed */
    public EndpointName {
        ResourceNames.requireId("project", project);
        ResourceNames.requireId("branch", branch);
        ResourceNames.requireId("endpoint", endpoint);
    }

    /**
     * Reads {@code projects/{project}/branches/{branch}/endpoints/{endpoint}}.
     *
     * @throws InvalidArgumentException if it is anything else
     */
    public static EndpointName parse(@Nullable String name) {
        List<String> ids = ResourceNames.parse(
                name,
                "an endpoint",
                "projects/{project}/branches/{branch}/endpoints/{endpoint}",
                List.of("projects", "branches", "endpoints"));
        return new EndpointName(ids.get(0), ids.get(1), ids.get(2));
    }

    /** The name of the branch that this endpoint serves. */
    public BranchName branchName() {
        return new BranchName(project, branch);
    }

    /** The resource name, {@code projects/{project}/branches/{branch}/endpoints/{endpoint}}. */
    @Override
    public String toString() {
        return "projects/" + project + "/branches/" + branch + "/endpoints/" + endpoint;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EndpointName that
                && project.equals(that.project)
                && branch.equals(that.branch)
                && endpoint.equals(that.endpoint);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * project.hashCode() + branch.hashCode()) + endpoint.hashCode();
    }
}
