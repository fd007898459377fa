package dev.lakebase.testing;

/** How {@link BranchScope#METHOD} gets its pristine data. */
public enum Isolation {
    /**
     * The class has a branch, and its database is re-created under the same name for every method, as a copy of a
     * template that nobody has touched. That covers everything inside the database (rows, schema, sequences, extensions,
     * large objects) and what PostgreSQL keeps for it (settings, privileges, owner). It does not cover roles and other
     * databases: a test that changes those fails with a message that says what it changed.
     *
     * <p>Methods of one class run one after another; classes may run in parallel.
     */
    TEMPLATE,

    /**
     * Every method has a branch of its own: for tests of roles, or of several databases. Slower, as a branch is made and
     * prepared for each method; methods may run in parallel.
     */
    BRANCH
}
