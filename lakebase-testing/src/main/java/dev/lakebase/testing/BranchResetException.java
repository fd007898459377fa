package dev.lakebase.testing;

import org.junit.platform.commons.JUnitException;

/** A database could not be brought back to its pristine state. */
final class BranchResetException extends JUnitException {
    private static final long serialVersionUID = 1;

    BranchResetException(String message, Throwable cause) {
        super(message, cause);
    }
}
