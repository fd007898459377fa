package dev.lakebase.spring.migration;

import dev.lakebase.client.Branch;
import dev.lakebase.client.BranchName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.spring.DatabricksApp;
import dev.lakebase.spring.LakebaseProperties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.core.env.Environment;

/**
 * Keeps migrations started on a laptop or in a CI job off the branch that users work on: a default or protected branch is
 * migrated by the app on Databricks Apps, or where {@code lakebase.migrations.allow-production} says so.
 */
final class ProductionGuard {
    private final ObjectProvider<LakebaseProperties> properties;
    private final ObjectProvider<LakebaseClient> client;
    private final Environment environment;

    ProductionGuard(
            ObjectProvider<LakebaseProperties> properties,
            ObjectProvider<LakebaseClient> client,
            Environment environment) {
        this.properties = properties;
        this.client = client;
        this.environment = environment;
    }

    /** Asks the control plane about the branch, for at most its request time-out; only where the answer matters. */
    void check(@Nullable DataSource dataSource, String tool) {
        LakebaseDataSource pool =
                dataSource == null ? null : DataSourceUnwrapper.unwrap(dataSource, LakebaseDataSource.class);
        LakebaseProperties settings = properties.getIfAvailable();
        if (pool == null
                || settings == null
                || settings.migrations().allowProduction()
                || settings.local().enabled()
                || DatabricksApp.isHere(environment)) {
            return;
        }
        BranchName name = pool.branchName();
        if (name == null) {
            return; // a bare host: nothing is known about a branch
        }
        Branch branch = client(pool, tool, name).branches(name.projectName()).get(name.branch());
        if (branch.isDefault() || branch.isProtected()) {
            throw new MigrationsRefusedException(
                    tool + " was about to migrate " + name + ", which is "
                            + (branch.isDefault() ? "the project's default branch" : "a protected branch")
                            + ", from outside Databricks Apps. Nothing was changed.",
                    "Point lakebase.endpoint or lakebase.branch at a branch of your own, or let the app migrate when it is"
                            + " deployed. If this process is meant to migrate that branch, set"
                            + " lakebase.migrations.allow-production to true.");
        }
    }

    /** The pool's own; a native login may have none. */
    private LakebaseClient client(LakebaseDataSource pool, String tool, BranchName name) {
        LakebaseClient own = pool.client();
        LakebaseClient known = own == null ? client.getIfUnique() : own;
        if (known == null) {
            throw new MigrationsRefusedException(
                    tool + " was about to migrate " + name + ", and nobody can be asked whether that is production."
                            + " Nothing was changed.",
                    "Add a LakebaseClient bean, so that it can be asked, or set lakebase.migrations.allow-production to true.");
        }
        return known;
    }
}
