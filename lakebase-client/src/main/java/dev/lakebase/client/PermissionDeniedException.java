package dev.lakebase.client;

import org.jspecify.annotations.Nullable;

/**
 * The caller is known but may not do that (HTTP 403). Creating, changing and deleting what is in a project needs CAN
 * MANAGE on it; reading it and connecting needs CAN USE.
 */
public final class PermissionDeniedException extends LakebaseException {
    private final @Nullable String permission;

    public PermissionDeniedException(String message) {
        this(message, ErrorDetails.NONE, null);
    }

    public PermissionDeniedException(String message, ErrorDetails details, @Nullable Throwable cause) {
        this(message, details, cause, null);
    }

    public PermissionDeniedException(
            String message, ErrorDetails details, @Nullable Throwable cause, @Nullable String permission) {
        super(message, details, cause);
        this.permission = permission;
    }

    /** The permission that is missing, such as {@code CAN MANAGE}, or null if neither the platform nor the call tells. */
    public @Nullable String permission() {
        return permission;
    }
}
