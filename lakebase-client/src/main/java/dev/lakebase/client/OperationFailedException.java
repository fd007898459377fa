package dev.lakebase.client;

import org.jspecify.annotations.Nullable;

/**
 * The platform accepted the call, and its long-running operation failed.
 */
public final class OperationFailedException extends LakebaseException {
    public OperationFailedException(String message) {
        this(message, ErrorDetails.NONE, null);
    }

    public OperationFailedException(String message, ErrorDetails details, @Nullable Throwable cause) {
        super(message, details, cause);
    }
}
