package dev.lakebase.local.storage;

import org.jspecify.annotations.Nullable;

/** A cluster could not be created, started, copied or removed. The message says what was tried and what to do next. */
public sealed class StorageException extends RuntimeException permits PointOutOfRangeException {

    private static final long serialVersionUID = 1L;

    StorageException(String message) {
        super(message);
    }

    StorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
