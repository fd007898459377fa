package dev.lakebase.local.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How far a replica is behind its primary, by one connection to each that all sessions share. Thread-safe. The lock is held
 * for one question, never for a wait, and {@link #close} does not wait for it.
 */
final class ReplicaWatch implements AutoCloseable {
    private static final String MAINTENANCE_DATABASE = "template1";
    private static final long LOOK_MILLIS = 1;
    private static final Executor AT_ONCE = Runnable::run;

    private final UnixSocketAddress primary;
    private final UnixSocketAddress replica;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile boolean closed;
    private volatile @Nullable Connection toPrimary;
    private volatile @Nullable Connection toReplica;
    /** At least so far. Guarded by the lock. */
    private Lsn replayed = new Lsn(0);

    ReplicaWatch(UnixSocketAddress primary, UnixSocketAddress replica) {
        this.primary = primary;
        this.replica = replica;
    }

    /**
     * Returns when the replica has replayed what the primary's log ends with now, or the time is over.
     *
     * @throws SQLException if a server does not answer in time, or this was closed
     */
    void awaitReplay(Duration timeout) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        Lsn target = committed(deadline);
        while (isBehind(target, deadline) && System.nanoTime() < deadline) {
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private Lsn committed(long deadline) throws SQLException, InterruptedException {
        lock(deadline);
        try {
            Connection connection = toPrimary;
            if (connection == null || connection.isClosed()) {
                // in no database's way
                Map<String, String> forCommands = Map.of("replication", "true", "preferQueryMode", "simple");
                connection = SuperuserLogin.connect(primary, MAINTENANCE_DATABASE, forCommands, left(deadline));
                toPrimary = connection;
            }
            return ask(connection, "IDENTIFY_SYSTEM", "xlogpos", deadline);
        } finally {
            asking.unlock();
        }
    }

    private boolean isBehind(Lsn target, long deadline) throws SQLException, InterruptedException {
        lock(deadline);
        try {
            if (replayed.isBefore(target)) { // else another session has asked meanwhile
                Connection connection = toReplica;
                if (connection == null || connection.isClosed()) {
                    connection = SuperuserLogin.connect(replica, MAINTENANCE_DATABASE, Map.of(), left(deadline));
                    toReplica = connection;
                }
                replayed = ask(connection, "select pg_last_wal_replay_lsn() as replayed", "replayed", deadline);
            }
            return replayed.isBefore(target);
        } finally {
            asking.unlock();
        }
    }

    /** More than nothing. */
    private static Duration left(long deadline) throws SQLException {
        long nanos = deadline - System.nanoTime();
        if (nanos <= 0) {
            throw new SQLException("the time is over");
        }
        return Duration.ofNanos(nanos);
    }

    private void lock(long deadline) throws SQLException, InterruptedException {
        if (!asking.tryLock(left(deadline).toNanos(), TimeUnit.NANOSECONDS)) {
            throw new SQLException("another session waits for an answer of the server");
        }
    }

    private Lsn ask(Connection connection, String question, String column, long deadline) throws SQLException {
        try {
            if (closed) {
                throw new SQLException("the replica was stopped");
            }
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            connection.setNetworkTimeout(AT_ONCE, (int) Math.max(1, left));
            try (var statement = connection.createStatement();
                    var row = statement.executeQuery(question)) {
                row.next();
                return Lsn.parse(row.getString(column));
            }
        } catch (SQLException e) {
            abort(connection); // the next question gets another
            throw e;
        }
    }

    /** Cuts the connections: whoever asks or waits fails. */
    @Override
    public void close() {
        closed = true;
        abort(toPrimary);
        abort(toReplica);
    }

    private static void abort(@Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.abort(AT_ONCE);
            }
        } catch (SQLException e) {
            // the server is gone, and the connection with it
        }
    }
}
