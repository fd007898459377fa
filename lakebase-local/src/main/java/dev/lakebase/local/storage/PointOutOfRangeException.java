package dev.lakebase.local.storage;

/** A branch was asked for at a moment that its parent has not kept, or has not lived through yet. */
public final class PointOutOfRangeException extends StorageException {
    private static final long serialVersionUID = 1;

    PointOutOfRangeException(String message) {
        super(message);
    }
}
