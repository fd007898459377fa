package dev.lakebase.client;

import org.jspecify.annotations.Nullable;

/**
 * The caller's identity could not be established: no or wrong Databricks credentials (HTTP 401).
 */
public final class UnauthenticatedException extends LakebaseException {
    public UnauthenticatedException(String message) {
        this(message, ErrorDetails.NONE, null);
    }

    public UnauthenticatedException(String message, ErrorDetails details, @Nullable Throwable cause) {
        super(message, details, cause);
    }
}
