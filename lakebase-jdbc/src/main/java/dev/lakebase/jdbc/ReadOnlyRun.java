package dev.lakebase.jdbc;

import dev.lakebase.jdbc.login.LoginGate;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One call of {@link LakebaseDataSource#readOnly}: the work, and its repetitions after lost connections. */
final class ReadOnlyRun {
    private static final Logger LOG = LoggerFactory.getLogger(LakebaseDataSource.class);

    /** As long as HikariCP's own "no limit"; what is longer would overflow. */
    private static final Duration LONGEST = Duration.ofMillis(Integer.MAX_VALUE);

    private final LakebaseDataSource dataSource;
    private final LoginGate gate;
    private final Duration budget;
    private int losses;
    private long deadline;

    ReadOnlyRun(LakebaseDataSource dataSource, LoginGate gate, Duration budget) {
        this.dataSource = dataSource;
        this.gate = gate;
        this.budget = budget.compareTo(LONGEST) < 0 ? budget : LONGEST;
    }

    <T> T call(ReadOnlyWork<T> work) throws SQLException {
        Connection connection = dataSource.getConnection();
        while (true) {
            Exception lost;
            try {
                return inTransaction(connection, work);
            } catch (SQLException e) {
                stopUnlessLost(e);
                lost = e;
            } catch (RuntimeException e) { // frameworks wrap what the driver throws
                stopUnlessLost(e);
                lost = e;
            }
            connection = another(lost);
        }
    }

    private static <T> T inTransaction(Connection borrowed, ReadOnlyWork<T> work) throws SQLException {
        try (Connection connection = borrowed) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            T found = work.read(connection);
            connection.commit();
            return found;
        }
    }

    private <E extends Exception> void stopUnlessLost(E failure) throws E {
        if (!Losses.isLoss(failure) || !mayTryAgain()) {
            throw failure;
        }
    }

    /** False if the budget, which begins with the first loss, has no room for another try. */
    private boolean mayTryAgain() {
        if (losses == 0) {
            deadline = System.nanoTime() + budget.toNanos();
        }
        try {
            return gate.pause(losses++, remaining());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Connection another(Exception lost) throws SQLException {
        LOG.debug("{}: read-only work lost its connection (loss {}); again", dataSource.getPoolName(), losses, lost);
        try {
            return dataSource.borrow(remaining());
        } catch (SQLException e) {
            e.addSuppressed(lost);
            throw e;
        }
    }

    private Duration remaining() {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }
}
