package dev.lakebase.client;

/**
 * What a new database shall be, or what shall change of one. Filled in by the consumer given to {@link Databases#create}
 * or {@link Databases#update}. A setting that can't be fails at its setter. Not thread-safe.
 */
public final class DatabaseSpec {
    private static final String OWNER = "owner";

    private final BranchName branch;
    private final SpecFields fields = new SpecFields();

    DatabaseSpec(BranchName branch) {
        this.branch = branch;
    }

    /** The role of the same branch that owns it, by its id. Required of a new database. */
    public DatabaseSpec owner(String roleId) {
        fields.choose(OWNER, "owner(…)");
        fields.set("role").put("role", branch.role(roleId).toString());
        return this;
    }

    /** Its name in PostgreSQL. Default of a new database: its id. */
    public DatabaseSpec postgresDatabase(String name) {
        SpecFields.requireText("postgresDatabase(…)", name);
        fields.set("postgres_database").put("postgres_database", name);
        return this;
    }

    boolean hasOwner() {
        return fields.isChosen(OWNER);
    }

    SpecFields fields() {
        return fields;
    }

    /** The name in PostgreSQL that was asked for; empty for the id. */
    String askedName() {
        return fields.body().path("spec").path("postgres_database").asText();
    }
}
