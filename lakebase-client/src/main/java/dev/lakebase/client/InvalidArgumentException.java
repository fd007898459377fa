package dev.lakebase.client;

import org.jspecify.annotations.Nullable;

/**
 * A name, option or setting is missing, malformed or contradicts another one; the message names it, what was read and
 * what was expected. Thrown before anything is sent wherever that is possible, else for HTTP 400.
 */
public final class InvalidArgumentException extends LakebaseException {
    public InvalidArgumentException(String message) {
        this(message, ErrorDetails.NONE, null);
    }

    public InvalidArgumentException(String message, ErrorDetails details, @Nullable Throwable cause) {
        super(message, details, cause);
    }
}
