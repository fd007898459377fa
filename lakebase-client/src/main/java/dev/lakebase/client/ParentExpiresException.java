package dev.lakebase.client;

import org.jspecify.annotations.Nullable;

/**
 * The source branch has an expiry, and branches that expire can't have children.
 */
public final class ParentExpiresException extends LakebaseException {
    public ParentExpiresException(String message) {
        this(message, ErrorDetails.NONE, null);
    }

    public ParentExpiresException(String message, ErrorDetails details, @Nullable Throwable cause) {
        super(message, details, cause);
    }
}
