package dev.lakebase.testing;

import dev.lakebase.jdbc.LakebaseDataSource;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What tests and their application hold on to while the database, or even the branch, behind it is exchanged. Remembers who
 * has a connection. Unwraps to the pool of the moment. Thread-safe.
 */
final class TestDataSource implements DataSource {
    /** Tests of thousands of borrows must not fill the heap with connections that were closed long ago. */
    private static final int MANY = 100;

    private final Supplier<LakebaseDataSource> pool;
    private final Set<BorrowedConnection> borrowed = ConcurrentHashMap.newKeySet();
    private volatile @Nullable CompletableFuture<@Nullable Void> exchange;

    TestDataSource(Supplier<LakebaseDataSource> pool) {
        this.pool = pool;
    }

    @Override
    public Connection getConnection() throws SQLException {
        LakebaseDataSource current = pool.get();
        awaitExchange(current.getConnectionTimeout());
        Connection connection = current.getConnection();
        if (borrowed.size() >= MANY) {
            borrowed.removeIf(old -> !old.isOpen());
        }
        borrowed.add(new BorrowedConnection(
                connection,
                TestTag.current(),
                new Throwable(Thread.currentThread().getName())));
        return connection;
    }

    /** From now on borrowers wait, up to their time-out, until {@link #release}. */
    void hold() {
        exchange = new CompletableFuture<>();
    }

    void release() {
        CompletableFuture<@Nullable Void> over = exchange;
        exchange = null;
        if (over != null) {
            over.complete(null);
        }
    }

    private void awaitExchange(long timeoutMillis) throws SQLException {
        CompletableFuture<@Nullable Void> running = exchange;
        if (running == null) {
            return;
        }
        try {
            running.get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while the test database was being reset", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new SQLTransientConnectionException(
                    "The test database was still being reset after " + timeoutMillis + " ms.", "08001", e);
        }
    }

    /** Those still open that match; they are forgotten here, so that each is told of once. */
    List<BorrowedConnection> takeOpen(Predicate<BorrowedConnection> which) {
        List<BorrowedConnection> open = new ArrayList<>();
        borrowed.removeIf(connection -> {
            if (!connection.isOpen()) {
                return true;
            }
            boolean taken = which.test(connection);
            if (taken) {
                open.add(connection);
            }
            return taken;
        });
        return open;
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("A test branch is used with the run's own identity.");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(this) ? type.cast(this) : pool.get().unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || pool.get().isWrapperFor(type);
    }

    @Override
    public @Nullable PrintWriter getLogWriter() throws SQLException {
        return null;
    }

    /** Ignored: logs go through SLF4J. */
    @Override
    public void setLogWriter(@Nullable PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        pool.get().setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return pool.get().getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("Logs go through SLF4J.");
    }

    @Override
    public String toString() {
        return "TestDataSource[" + pool.get() + "]";
    }
}
