package dev.lakebase.local.api;

import java.time.Duration;

/**
 * What a workspace allows, and what it does with what was deleted.
 *
 * @param branchLifetime the longest time to live of a branch that expires
 * @param branches unarchived branches of a project, root included
 * @param activeComputes computes of the workspace that may be awake when one more is made
 * @param deletedRetention how long something deleted can be undeleted; zero: it is purged at once
 * @param deletedKeepNames whether the id of something deleted stays taken until it is purged; else a create of that id
 *     purges it
 */
public record Limits(
        Duration branchLifetime,
        int branches,
        int activeComputes,
        Duration deletedRetention,
        boolean deletedKeepNames) {
    /** The platform's longest time to live. */
    public static final Duration MAX_BRANCH_LIFETIME = Duration.ofDays(30);

    /** The platform's own where it has them; no quota that only some workspaces have. */
    public static final Limits DEFAULT = new Limits(MAX_BRANCH_LIFETIME, 500, 500, Duration.ofDays(7), false);

    public Limits {
        if (branchLifetime.isNegative()
                || branchLifetime.isZero()
                || branchLifetime.compareTo(MAX_BRANCH_LIFETIME) > 0) {
            throw new IllegalArgumentException(
                    "branchLifetime is " + branchLifetime + ", expected more than 0 and at" + " most 30 days");
        }
        if (branches < 1) {
            throw new IllegalArgumentException("branches is " + branches + ", expected at least 1: production");
        }
        if (activeComputes < 1) {
            throw new IllegalArgumentException(
                    "activeComputes is " + activeComputes + ", expected at least 1: that of production");
        }
        if (deletedRetention.isNegative()) {
            throw new IllegalArgumentException("deletedRetention is " + deletedRetention + ", expected 0 or more");
        }
    }

    /** With another longest time to live. */
    public Limits withBranchLifetime(Duration longest) {
        return new Limits(longest, branches, activeComputes, deletedRetention, deletedKeepNames);
    }

    /** With another quota of branches. */
    public Limits withBranches(int most) {
        return new Limits(branchLifetime, most, activeComputes, deletedRetention, deletedKeepNames);
    }

    /** With another quota of computes. */
    public Limits withActiveComputes(int most) {
        return new Limits(branchLifetime, branches, most, deletedRetention, deletedKeepNames);
    }

    /** With another time in which something deleted can be undeleted. */
    public Limits withDeletedRetention(Duration retention) {
        return new Limits(branchLifetime, branches, activeComputes, retention, deletedKeepNames);
    }

    /** With names that stay taken by what was deleted, or become free. */
    public Limits withDeletedKeepNames(boolean keep) {
        return new Limits(branchLifetime, branches, activeComputes, deletedRetention, keep);
    }
}
