package dev.lakebase.spring.git;

import dev.lakebase.client.Branch;
import dev.lakebase.client.BranchNames;
import dev.lakebase.client.EndpointName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.ProjectName;
import dev.lakebase.spring.DatabricksApp;
import dev.lakebase.spring.LakebaseConnectionDetails;
import dev.lakebase.spring.LakebaseProperties;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/** The branch of the git branch: found or created, and never one that others count on. */
record GitBranch(String branch, LakebaseProperties properties) implements LakebaseConnectionDetails {
    private static final Logger LOG = LoggerFactory.getLogger(GitBranch.class);

    private static final String PREFIX = "dev-";

    /** A copy is ready within seconds; a developer who waits for longer wants to know why. */
    private static final Duration READY = Duration.ofMinutes(2);

    /** Blocks until the branch can be connected to, for at most two minutes. */
    static GitBranch connect(LakebaseProperties properties, LakebaseClient client, Environment environment) {
        DatabricksApp.refuse("lakebase.branch-from-git", environment);
        if (properties.branch() != null) {
            throw wrong(
                    "lakebase.branch", properties.branch(), "lakebase.branch-from-git chooses the branch: unset one.");
        }
        ProjectName project = project(properties);
        LakebaseProperties.Git git = properties.git();
        String head = GitHead.branch(git.directory() == null ? Path.of("") : git.directory());
        String id = BranchNames.fromGitRef(PREFIX + head);
        Branch branch = client.branches(project)
                .because("lakebase.branch-from-git, for git branch " + head)
                .getOrCreate(id, spec -> spec.from(git.parent()).expiresIn(git.expiresIn()))
                .await(READY);
        if (branch.isDefault() || branch.isProtected()) {
            throw new NoBranchException(branch.name() + ", which git branch " + head + " leads to, is "
                    + (branch.isDefault() ? "the project's default branch" : "a protected branch")
                    + ": development stays off it. Work on another git branch.");
        }
        LOG.info(
                "On git branch {}, so connecting to {}, a copy of {} that expires at {}",
                head,
                branch.name(),
                git.parent(),
                branch.expiresAt());
        return new GitBranch(branch.name().toString(), properties);
    }

    /** The one that is named, or that of the endpoint which an application names for production. */
    private static ProjectName project(LakebaseProperties properties) {
        if (properties.project() != null) {
            return new ProjectName(properties.project());
        }
        if (properties.endpoint() != null) {
            return EndpointName.parse(properties.endpoint()).branchName().projectName();
        }
        throw wrong("lakebase.project", null, "lakebase.branch-from-git needs the project that its branch belongs to.");
    }

    private static InvalidConfigurationPropertyValueException wrong(
            String name, @Nullable Object value, String reason) {
        return new InvalidConfigurationPropertyValueException(name, value, reason);
    }

    @Override
    public @Nullable String endpoint() {
        return null;
    }

    @Override
    public @Nullable String database() {
        return properties.database();
    }

    @Override
    public @Nullable String user() {
        return properties.user();
    }

    @Override
    public @Nullable Path sslRootCert() {
        return properties.sslRootCert();
    }
}
