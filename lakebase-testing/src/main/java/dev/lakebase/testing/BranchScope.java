package dev.lakebase.testing;

/** Who shares a test branch, and so who sees whose writes. */
public enum BranchScope {
    /** Every test method starts from pristine data: from what its class had when the first of its methods began. */
    METHOD,

    /** The tests of a class share a branch; what one writes the next one sees. */
    CLASS,

    /** All classes of the run with equal settings share one branch. The cheapest; for tests that don't mind each other. */
    SUITE
}
