package dev.lakebase.client;

import org.jspecify.annotations.Nullable;

/**
 * Every failure of this library. The family is sealed, so a {@code switch} over it can be complete; the message says
 * what happened, to which resource, and what to do next, and never carries a token.
 */
public abstract sealed class LakebaseException extends RuntimeException
        permits NotFoundException,
                AlreadyExistsException,
                PermissionDeniedException,
                QuotaExceededException,
                ExpiryTooLongException,
                ParentExpiresException,
                BranchProtectedException,
                InvalidArgumentException,
                UnauthenticatedException,
                OperationFailedException,
                OperationTimeoutException,
                CallInterruptedException,
                UnavailableException {
    private final ErrorDetails details;

    LakebaseException(String message, ErrorDetails details, @Nullable Throwable cause) {
        super(message, cause);
        this.details = details;
    }

    /** Resource, HTTP status, error code and request id, as far as they are known. */
    public ErrorDetails details() {
        return details;
    }

    /** Whether the same call may succeed later without any change. */
    public boolean retryable() {
        return false;
    }
}
