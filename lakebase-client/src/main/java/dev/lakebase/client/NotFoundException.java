package dev.lakebase.client;

import org.jspecify.annotations.Nullable;

/**
 * The resource does not exist, or the caller may not see it (HTTP 404).
 */
public final class NotFoundException extends LakebaseException {
    public NotFoundException(String message) {
        this(message, ErrorDetails.NONE, null);
    }

    public NotFoundException(String message, ErrorDetails details, @Nullable Throwable cause) {
        super(message, details, cause);
    }
}
