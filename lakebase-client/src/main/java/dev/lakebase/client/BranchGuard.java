package dev.lakebase.client;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps changes that cost data away from branches that somebody may count on. */
final class BranchGuard {
    private BranchGuard() {}

    /** Why that branch must not be touched by its name alone, or null. */
    static @Nullable String reason(Branch branch, Supplier<Boolean> hasChildren) {
        if (branch.isDefault()) {
            return "is the project's default branch";
        }
        if (branch.isProtected()) {
            return "is protected";
        }
        if (branch.expiresAt() == null) {
            return "never expires, so somebody may count on it";
        }
        return hasChildren.get() ? "has child branches" : null;
    }

    /**
     * @param done "deleted", "recreated"
     * @param remedy the call that names the uid
     */
    static void check(Branch branch, Supplier<Boolean> hasChildren, String done, String remedy) {
        String reason = reason(branch, hasChildren);
        if (reason != null) {
            throw new BranchProtectedException(
                    branch.name() + " " + reason + ". Nothing was " + done + ". If it is to be " + done
                            + " all the same, name its uid: " + remedy + ".",
                    ErrorDetails.of(branch.name().toString()),
                    null);
        }
    }

    /** @param done "deleted", "recreated" */
    static void checkUid(Branch branch, String expectedUid, String done) {
        if (!branch.uid().equals(expectedUid)) {
            throw new BranchProtectedException(
                    branch.name() + " has the uid " + branch.uid() + ", not " + expectedUid
                            + ": the branch that was meant is gone, and this one was created after it. Nothing was "
                            + done + ".",
                    ErrorDetails.of(branch.name().toString()),
                    null);
        }
    }

    static String requireUid(String expectedUid) {
        if (expectedUid.isBlank()) {
            throw new InvalidArgumentException(
                    "The expected uid is empty: pass Branch.uid() of the branch that is meant, such as br-….");
        }
        return expectedUid;
    }
}
