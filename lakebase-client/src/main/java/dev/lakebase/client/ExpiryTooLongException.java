package dev.lakebase.client;

import org.jspecify.annotations.Nullable;

/**
 * The requested lifetime of a branch is longer than the platform (30 days) or the workspace allows.
 */
public final class ExpiryTooLongException extends LakebaseException {
    public ExpiryTooLongException(String message) {
        this(message, ErrorDetails.NONE, null);
    }

    public ExpiryTooLongException(String message, ErrorDetails details, @Nullable Throwable cause) {
        super(message, details, cause);
    }
}
