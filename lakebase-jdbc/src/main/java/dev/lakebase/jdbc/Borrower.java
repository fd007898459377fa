package dev.lakebase.jdbc;

import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.pool.HikariPool;
import dev.lakebase.jdbc.login.LoginGate;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The way of one borrow: past the gate while the pool is empty, straight to HikariCP otherwise. */
final class Borrower {
    /** HikariCP's thread passes the news on in milliseconds, if it runs at all. */
    private static final long LONGEST_DISMISSAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LakebaseDataSource dataSource;
    private final Supplier<LoginGate> newGate;
    private final PoolFace face;
    private final ReentrantLock starting = new ReentrantLock();
    private volatile @Nullable LoginGate gate;

    Borrower(LakebaseDataSource dataSource, Supplier<LoginGate> newGate) {
        this.dataSource = dataSource;
        this.newGate = newGate;
        this.face = new PoolFace(this::gate, dataSource::getHikariPoolMXBean, dataSource::isClosing);
    }

    /** What HikariCP is to take for its DataSource. */
    PoolFace face() {
        return face;
    }

    /** A warm pool costs one volatile read of ours: whether there are news about. */
    Connection borrow() throws SQLException {
        HikariPoolMXBean pool = dataSource.getHikariPoolMXBean();
        return unlessNews(
                pool != null && pool.getTotalConnections() > 0
                        ? dataSource.fromHikari()
                        : throughGate(Duration.ofMillis(dataSource.getConnectionTimeout())));
    }

    /** The same with a deadline that may come sooner. */
    Connection borrow(Duration atMost) throws SQLException {
        Duration usual = Duration.ofMillis(dataSource.getConnectionTimeout());
        Duration timeout = atMost.compareTo(usual) < 0 ? atMost : usual;
        boolean warm = dataSource.getHikariPoolMXBean() instanceof HikariPool pool && pool.getTotalConnections() > 0;
        return unlessNews(warm ? fromPool(System.nanoTime(), timeout) : throughGate(timeout));
    }

    private Connection unlessNews(Connection borrowed) throws SQLException {
        if (face.hasNews()) {
            SQLException reason = BadNews.in(borrowed);
            if (reason != null) {
                BadNews.passOn(borrowed, dataSource);
                throw LoginGate.retold(reason);
            }
        }
        return borrowed;
    }

    /** Nobody has a connection, so the first login decides for all. */
    private Connection throughGate(Duration timeout) throws SQLException {
        stopIfClosed();
        long start = System.nanoTime();
        LoginGate current = gate();
        current.pass(timeout);
        Connection connection =
                dataSource.getHikariPoolMXBean() == null ? startPool(start, timeout) : fromPool(start, timeout);
        current.delivered();
        return connection;
    }

    /** HikariCP starts its pool inside the first borrow; the others wait for that, not longer than they may. */
    private Connection startPool(long start, Duration timeout) throws SQLException {
        String name = dataSource.getPoolName();
        try {
            if (!starting.tryLock(remaining(start, timeout), TimeUnit.MILLISECONDS)) {
                throw new SQLTransientConnectionException(
                        name + ": no connection within " + timeout.toMillis() + " ms; the pool is starting.", "08001");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException(name + ": interrupted while the pool was starting", e);
        }
        try {
            if (dataSource.getHikariPoolMXBean() == null) {
                return dataSource.fromHikari();
            }
        } finally {
            if (dataSource.isClosing()) {
                shutDownLatePool();
            }
            starting.unlock();
        }
        return fromPool(start, timeout);
    }

    /** HikariCP's close does not see a pool that is being made meanwhile. */
    private void shutDownLatePool() {
        if (dataSource.getHikariPoolMXBean() instanceof HikariPool late) {
            try {
                late.shutdown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** HikariCP's close leaves who waits inside it there, until their deadlines; so they hear of it before. */
    void dismiss() {
        long start = System.nanoTime();
        while (dataSource.getHikariPoolMXBean() instanceof HikariPool pool
                && pool.getThreadsAwaitingConnection() > 0
                && System.nanoTime() - start < LONGEST_DISMISSAL_NANOS) {
            face.wake(pool);
            pool.addBagItem(pool.getThreadsAwaitingConnection());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private void stopIfClosed() throws SQLException {
        if (dataSource.isClosing()) {
            throw new SQLNonTransientConnectionException(dataSource + " is closed.", "08003");
        }
    }

    private Connection fromPool(long start, Duration timeout) throws SQLException {
        stopIfClosed(); // a pool that is shut down would keep its borrower until the deadline
        if (dataSource.getHikariPoolMXBean() instanceof HikariPool pool) {
            face.wake(pool);
            return pool.getConnection(remaining(start, timeout));
        }
        return dataSource.fromHikari();
    }

    private static long remaining(long start, Duration timeout) {
        long millis = timeout.toMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        return Math.max(1, millis);
    }

    /** Runs it unless there is a gate: none is made meanwhile. */
    boolean beforeGate(Runnable action) {
        starting.lock();
        try {
            if (gate == null) {
                action.run();
                return true;
            }
            return false;
        } finally {
            starting.unlock();
        }
    }

    /** The gate, if there is one yet. */
    @Nullable
    LoginGate gateOrNull() {
        return gate;
    }

    /** The gate, made at first use; from then on the settings are fixed. */
    LoginGate gate() {
        LoginGate current = gate;
        if (current != null) {
            return current;
        }
        starting.lock();
        try {
            current = gate;
            if (current == null) {
                current = newGate.get();
                gate = current;
                if (dataSource.isClosing()) {
                    current.close();
                }
            }
            return current;
        } finally {
            starting.unlock();
        }
    }
}
