package dev.lakebase.client;

import org.jspecify.annotations.Nullable;

/**
 * A quota of the workspace or the project is used up: branches, active computes or others. Deleting what is no longer
 * needed helps; retrying alone does not.
 */
public final class QuotaExceededException extends LakebaseException {
    private final @Nullable String quota;

    public QuotaExceededException(String message) {
        this(message, ErrorDetails.NONE, null);
    }

    public QuotaExceededException(String message, ErrorDetails details, @Nullable Throwable cause) {
        this(message, details, cause, null);
    }

    public QuotaExceededException(
            String message, ErrorDetails details, @Nullable Throwable cause, @Nullable String quota) {
        super(message, details, cause);
        this.quota = quota;
    }

    /** The quota that is used up, such as {@code unarchived branches}, or null if the platform did not tell. */
    public @Nullable String quota() {
        return quota;
    }
}
