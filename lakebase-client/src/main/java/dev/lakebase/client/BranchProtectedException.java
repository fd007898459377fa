package dev.lakebase.client;

import org.jspecify.annotations.Nullable;

/**
 * The branch must not be changed that way: it is the default branch, protected, a parent, never expires, or is not the
 * one that the caller meant (its uid differs).
 */
public final class BranchProtectedException extends LakebaseException {
    public BranchProtectedException(String message) {
        this(message, ErrorDetails.NONE, null);
    }

    public BranchProtectedException(String message, ErrorDetails details, @Nullable Throwable cause) {
        super(message, details, cause);
    }
}
