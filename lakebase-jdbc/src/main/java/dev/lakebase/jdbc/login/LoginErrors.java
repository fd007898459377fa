package dev.lakebase.jdbc.login;

import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The exceptions of a login: the type says whether another try may help, the SQLState and the cause are the driver's. */
final class LoginErrors {
    /** "Unable to establish the connection": for failures before there was a server to ask. */
    static final String UNABLE_TO_CONNECT = "08001";

    /** "Connection does not exist": for logins ended from our side. */
    static final String ENDED = "08003";

    private LoginErrors() {}

    static SQLException fatal(String message, @Nullable Throwable cause) {
        return new SQLNonTransientConnectionException(message, UNABLE_TO_CONNECT, cause);
    }

    static SQLException transientFailure(String message, @Nullable Throwable cause) {
        return new SQLTransientConnectionException(message, UNABLE_TO_CONNECT, cause);
    }

    static SQLException ended(String message) {
        return new SQLNonTransientConnectionException(message, ENDED);
    }

    static SQLException interrupted(String message, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new SQLNonTransientConnectionException(message, ENDED, cause);
    }

    /** What the driver said, with what a person needs to know about the tries that led to it. */
    static SQLException judged(LoginFailure failure, SQLException cause, String tried) {
        String state = cause.getSQLState();
        String message = "Login to Lakebase failed: " + end(String.valueOf(cause.getMessage()))
                + (state == null ? "" : " (SQLState " + state + ")") + " Tried " + tried + ". " + failure.advice();
        if (failure.isTransient()) {
            return new SQLTransientConnectionException(message, state, cause.getErrorCode(), cause);
        }
        if (failure == LoginFailure.REJECTED) {
            return new SQLInvalidAuthorizationSpecException(message, state, cause.getErrorCode(), cause);
        }
        return new SQLNonTransientConnectionException(message, state, cause.getErrorCode(), cause);
    }

    /** Turned down by a branch that is known to be young: the next borrow may well succeed. */
    static SQLException rejectedWhileFresh(SQLException cause, String tried) {
        String message = "Login to Lakebase failed: " + end(String.valueOf(cause.getMessage())) + " (SQLState "
                + cause.getSQLState() + ") Tried " + tried
                + ". The branch was created less than a minute ago, and may turn"
                + " logins down until then. Try again.";
        return new SQLTransientConnectionException(message, cause.getSQLState(), cause.getErrorCode(), cause);
    }

    /** The same failure for another thread: throwables are mutable, and each stack trace should be its own. */
    static SQLException copy(SQLException failure, String suffix) {
        String message = failure.getMessage() + suffix;
        String state = failure.getSQLState();
        int code = failure.getErrorCode();
        Throwable cause = failure.getCause();
        if (failure instanceof SQLTransientConnectionException) {
            return new SQLTransientConnectionException(message, state, code, cause);
        }
        if (failure instanceof SQLInvalidAuthorizationSpecException) {
            return new SQLInvalidAuthorizationSpecException(message, state, code, cause);
        }
        if (failure instanceof SQLNonTransientConnectionException) {
            return new SQLNonTransientConnectionException(message, state, code, cause);
        }
        return new SQLException(message, state, code, failure);
    }

    /** "0.42 s". */
    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }

    static String end(String sentence) {
        return sentence.endsWith(".") || sentence.endsWith("!") ? sentence : sentence + ".";
    }

    /** A server may echo what it was sent; its echo must not reach a log through us. */
    static SQLException withoutSecret(SQLException failure, String secret) {
        if (secret.isEmpty() || !mentions(failure, secret)) {
            return failure;
        }
        String clean = String.valueOf(failure.getMessage()).replace(secret, "<hidden>");
        var copy = new SQLException(clean, failure.getSQLState(), failure.getErrorCode());
        copy.setStackTrace(failure.getStackTrace());
        return copy;
    }

    static boolean mentions(Throwable failure, String secret) {
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 20; t = t.getCause(), depth++) {
            if (String.valueOf(t.getMessage()).contains(secret)) {
                return true;
            }
        }
        return false;
    }
}
