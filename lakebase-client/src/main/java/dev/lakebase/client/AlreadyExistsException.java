package dev.lakebase.client;

import org.jspecify.annotations.Nullable;

/**
 * A resource of that name exists already (HTTP 409), or its name is still kept by a deleted one.
 */
public final class AlreadyExistsException extends LakebaseException {
    public AlreadyExistsException(String message) {
        this(message, ErrorDetails.NONE, null);
    }

    public AlreadyExistsException(String message, ErrorDetails details, @Nullable Throwable cause) {
        super(message, details, cause);
    }
}
