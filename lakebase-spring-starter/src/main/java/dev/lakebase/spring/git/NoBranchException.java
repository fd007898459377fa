package dev.lakebase.spring.git;

import org.jspecify.annotations.Nullable;

/** No database branch could be chosen by the git branch; nothing was created. */
public final class NoBranchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoBranchException(String message) {
        this(message, null);
    }

    NoBranchException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
