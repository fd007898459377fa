package dev.lakebase.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that somebody has, and where it was borrowed.
 *
 * @param by the test that borrowed it, or null outside of any
 * @param where never thrown; its stack is the place
 */
record BorrowedConnection(Connection connection, @Nullable TestTag by, Throwable where) {
    private static final Logger LOG = LoggerFactory.getLogger(BorrowedConnection.class);

    /** Enough to find the line in the test below a framework's frames. */
    private static final int FRAMES = 25;

    boolean isOpen() {
        try {
            return !connection.isClosed();
        } catch (SQLException e) {
            return false;
        }
    }

    /** Back to the pool, which finds it dead if its session was ended before. */
    void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("A leftover connection could not be closed: {}", e.getMessage());
        }
    }

    /** Ends its session, whatever it is doing, and gives its place in the pool back. */
    void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("A leftover connection could not be aborted: {}", e.getMessage());
        }
        close();
    }

    /** For people: where it was borrowed, without the frames of this module and of the pool. */
    String describe() {
        return "a connection, borrowed on thread " + thread() + " at"
                + Arrays.stream(where.getStackTrace())
                        .filter(frame -> !frame.getClassName().startsWith(TestDataSource.class.getName())
                                && !frame.getClassName().startsWith("jdk.internal.")
                                && !frame.getClassName().startsWith("java.lang.reflect.")
                                && !frame.getClassName().startsWith("org.junit."))
                        .limit(FRAMES)
                        .map(frame -> "\n        " + frame)
                        .collect(Collectors.joining());
    }

    private String thread() {
        return String.valueOf(where.getMessage());
    }
}
