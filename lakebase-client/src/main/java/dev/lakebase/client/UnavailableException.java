package dev.lakebase.client;

import org.jspecify.annotations.Nullable;

/**
 * The platform could not be reached, was overloaded, or gave an answer that makes no sense; also thrown by objects that
 * were closed meanwhile, and, with the {@link Error} as its cause, where the class path is broken. What the library may repeat
 * safely, it has repeated already, up to the call's deadline.
 */
public final class UnavailableException extends LakebaseException {
    private final boolean retryable;

    /** A failure that may go away. */
    public UnavailableException(String message) {
        this(message, ErrorDetails.NONE, null);
    }

    /** A failure that may go away. */
    public UnavailableException(String message, ErrorDetails details, @Nullable Throwable cause) {
        this(message, details, cause, true);
    }

    public UnavailableException(String message, ErrorDetails details, @Nullable Throwable cause, boolean retryable) {
        super(message, details, cause);
        this.retryable = retryable;
    }

    @Override
    public boolean retryable() {
        return retryable;
    }
}
