package dev.lakebase.spring;

import dev.lakebase.client.credential.RefreshPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an application says about its Lakebase database. Whatever is absent is taken from the variables that Databricks
 * Apps injects ({@code PGHOST}, {@code PGDATABASE}, {@code PGUSER} …), then looked up. An endpoint other than
 * {@code LAKEBASE_ENDPOINT}'s is not theirs: {@code PGHOST}, {@code PGPORT} and {@code PGDATABASE} are ignored then.
 *
 * @param enabled whether the DataSource is configured at all
 * @param endpoint the endpoint to connect to, {@code projects/…/branches/…/endpoints/…}; the environment variable
 *     {@code LAKEBASE_ENDPOINT} is the same setting
 * @param project the id of the project, where a branch is named instead of an endpoint
 * @param branch the id of the branch of that project, whose read-write endpoint is looked up
 * @param host the endpoint's host, if it should not be looked up
 * @param port the host's port, 5432 if absent
 * @param database the PostgreSQL database, {@code databricks_postgres} if absent
 * @param user the PostgreSQL role: the identity that the workspace knows the application by
 * @param sslRootCert a file of CA certificates in PEM; the JVM's trust store if absent
 * @param wakeBudget how long a borrow may wait for a sleeping compute to wake; less than Hikari's
 *     {@code connection-timeout}
 * @param tokenTtl how long database tokens are valid, 5 minutes to 1 hour; what the platform chooses, 1 hour, if absent
 * @param refreshPolicy when tokens are renewed: ahead of their expiry by a timer, or lazily by the borrows that meet an
 *     old one
 * @param failFast whether the start fails if no connection can be made; without it, nothing is sent at start-up
 * @param branchFromGit for development: whether to connect to a branch named after the git branch that is checked out,
 *     created on first use
 * @param git how that branch is created
 * @param local Lakebase Local, the platform inside this JVM
 * @param migrations what Flyway and Liquibase may do
 */
@ConfigurationProperties("lakebase")
public record LakebaseProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String endpoint,
        @Nullable String project,
        @Nullable String branch,
        @Nullable String host,
        @Nullable Integer port,
        @Nullable String database,
        @Nullable String user,
        @Nullable Path sslRootCert,
        @Nullable Duration wakeBudget,
        @Nullable Duration tokenTtl,
        @DefaultValue("ahead") RefreshPolicy refreshPolicy,
        @DefaultValue("false") boolean failFast,
        @DefaultValue("false") boolean branchFromGit,
        @DefaultValue Git git,
        @DefaultValue Local local,
        @DefaultValue Migrations migrations) {

    /**
     * How {@code lakebase.branch-from-git} makes a branch.
     *
     * @param parent the id of the branch that it is a copy of
     * @param expiresIn after which time the platform deletes it again
     * @param directory the work tree, or a folder inside it; the process's own if absent
     */
    public record Git(
            @DefaultValue("production") String parent,
            @DefaultValue("7d") Duration expiresIn,
            @Nullable Path directory) {}

    /**
     * Lakebase Local: real PostgreSQL inside this JVM, for development and tests. Needs {@code lakebase-local} on the
     * class path, and never starts inside a Databricks App.
     *
     * @param enabled whether to start it and connect to it, whatever else is configured
     * @param project the id of its project
     * @param user the developer, who owns the project
     * @param app the name of a Databricks App to connect as, whose role may CONNECT and CREATE and nothing else, as on the
     *     platform; the developer if absent
     * @param seed SQL scripts to run as the developer when it starts empty, such as {@code classpath:seed.sql}
     * @param tokenLifetime how long database tokens are valid; some seconds show whether an application lives through it
     * @param dataDirectory a folder where branches live on after the end; a temporary one if absent
     */
    public record Local(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("local") String project,
            @DefaultValue("dev@example.com") String user,
            @Nullable String app,
            @DefaultValue List<String> seed,
            @DefaultValue("1h") Duration tokenLifetime,
            @Nullable Path dataDirectory) {
        public Local {
            seed = List.copyOf(seed);
        }
    }

    /**
     * What migrations may touch.
     *
     * @param allowProduction whether Flyway and Liquibase may change a default or protected branch from outside
     *     Databricks Apps
     */
    public record Migrations(@DefaultValue("false") boolean allowProduction) {}
}
