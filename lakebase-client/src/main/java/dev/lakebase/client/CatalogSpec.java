package dev.lakebase.client;

/** What a new catalog shows. Filled in by the consumer given to {@link Catalogs#create}. Not thread-safe. */
public final class CatalogSpec {
    private static final String BRANCH = "branch";
    private static final String DATABASE = "database";

    private final SpecFields fields = new SpecFields();

    CatalogSpec() {}

    /** The branch whose database it shows. Required. */
    public CatalogSpec branch(BranchName branch) {
        fields.choose(BRANCH, "branch(…)");
        fields.setAtCreation("branch(…)").put("branch", branch.toString());
        return this;
    }

    /** The name in PostgreSQL of the database that it shows. Required. */
    public CatalogSpec postgresDatabase(String name) {
        SpecFields.requireText("postgresDatabase(…)", name);
        fields.choose(DATABASE, "postgresDatabase(…)");
        fields.setAtCreation("postgresDatabase(…)").put("postgres_database", name);
        return this;
    }

    /** Has that database created if it is not there. */
    public CatalogSpec createDatabaseIfMissing() {
        fields.setAtCreation("createDatabaseIfMissing()").put("create_database_if_missing", true);
        return this;
    }

    SpecFields complete(CatalogName name) {
        if (!fields.isChosen(BRANCH) || !fields.isChosen(DATABASE)) {
            throw new InvalidArgumentException("What " + name
                    + " shows is missing: call branch(…) and postgresDatabase(\"databricks_postgres\") or another.");
        }
        return fields;
    }

    /** The branch that was asked for. */
    String askedBranch() {
        return fields.body().path("spec").path("branch").asText();
    }
}
