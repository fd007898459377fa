package dev.lakebase.client;

import org.jspecify.annotations.Nullable;

/**
 * A wait reached its deadline. What was waited for may still happen: the message names the operation and the state
 * last seen.
 */
public final class OperationTimeoutException extends LakebaseException {
    public OperationTimeoutException(String message) {
        this(message, ErrorDetails.NONE, null);
    }

    public OperationTimeoutException(String message, ErrorDetails details, @Nullable Throwable cause) {
        super(message, details, cause);
    }
}
