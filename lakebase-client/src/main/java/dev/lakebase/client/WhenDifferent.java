package dev.lakebase.client;

/** What {@link Branches#getOrCreate} does with a branch of that id that was copied from something else. */
public enum WhenDifferent {
    /** Leaves it alone and fails with an {@link AlreadyExistsException}. */
    FAIL,
    /**
     * Deletes it and creates the wanted one: see {@link Branches#recreate}. Default, protected, parent and non-expiring
     * branches are not, which fails with a {@link BranchProtectedException}.
     */
    RECREATE
}
