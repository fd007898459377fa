package dev.lakebase.client;

import org.jspecify.annotations.Nullable;

/**
 * The waiting thread was interrupted. Its interrupted flag is set again; what it waited for may still happen.
 */
public final class CallInterruptedException extends LakebaseException {
    public CallInterruptedException(String message) {
        this(message, ErrorDetails.NONE, null);
    }

    public CallInterruptedException(String message, ErrorDetails details, @Nullable Throwable cause) {
        super(message, details, cause);
    }
}
