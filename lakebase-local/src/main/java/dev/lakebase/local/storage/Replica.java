package dev.lakebase.local.storage;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A hot standby of a {@link Cluster}: the same data, a moment later, in a server that can't write whatever a session
 * sends, for it is in recovery for as long as it lives. Made by {@link Storage#replica}.
 *
 * <p>It is a copy, made at each start and removed at each suspend. It follows its cluster while that runs, and keeps its
 * last state while that sleeps.
 */
public final class Replica implements Server {
    /** A replay that takes longer has a reason, such as a lock of another session. */
    private static final Duration CATCH_UP = Duration.ofSeconds(10);

    private final Storage storage;
    private final Cluster primary;
    private final UnixSocketAddress socket;
    private final ReentrantLock lock = new ReentrantLock();
    private final Path folder;
    private volatile @Nullable PostgresProcess process;
    private volatile boolean retired;
    private volatile int maxConnections;
    private volatile @Nullable ReplicaWatch watch;

    Replica(Storage storage, Cluster primary, Path folder, UnixSocketAddress socket) {
        this.storage = storage;
        this.primary = primary;
        this.folder = folder;
        this.socket = socket;
    }

    Cluster primary() {
        return primary;
    }

    UnixSocketAddress address() {
        return socket;
    }

    @Override
    public UnixDomainSocketAddress socket() {
        return socket.address();
    }

    @Override
    public boolean isRunning() {
        PostgresProcess current = process;
        return current != null && current.isServing();
    }

    @Override
    public void maxConnections(int count) {
        maxConnections = count;
    }

    /**
     * Copies the cluster as it is now, and starts the copy. The cluster is started if needed. Blocks for some 500 ms, more
     * for a big cluster.
     */
    @Override
    public void start(Duration timeout) {
        if (isRunning()) {
            return;
        }
        lock.lock();
        try {
            if (isRunning()) {
                return;
            }
            storage.requireOpen();
            if (retired) {
                throw new StorageException("Cluster " + primary.uid() + " was deleted.");
            }
            end(PostgresProcess::stopImmediately);
            copyPrimary();
            PostgresProcess started =
                    storage.launch(folder.resolve("pgdata"), folder.resolve("postgres.log"), socket, options());
            process = started;
            watch = new ReplicaWatch(primary.address(), socket);
            started.awaitReady(timeout, () -> storage.isClosed() || retired);
        } catch (IOException | SQLException e) {
            end(PostgresProcess::stopImmediately);
            throw new StorageException(
                    "A replica of cluster " + primary.uid() + " could not be started: " + e.getMessage(), e);
        } catch (StorageException e) {
            end(PostgresProcess::stopImmediately);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private void copyPrimary() throws IOException, SQLException {
        storage.work().lock();
        try {
            storage.requireOpen();
            Path data = Folders.create(Folders.create(folder).resolve("pgdata"));
            primary.whileRunning(Storage.START_TIMEOUT, () -> {
                try (Connection connection = primary.connectForCopy()) {
                    return BaseCopy.take(connection, primary.data(), data);
                }
            });
            storage.own(folder);
        } finally {
            storage.work().unlock();
        }
    }

    private List<String> options() {
        UnixSocketAddress of = primary.address();
        return List.of(
                "-c",
                "hot_standby=on",
                "-c",
                "primary_conninfo=host=" + of.folder() + " port=" + of.port() + " user=" + Cluster.SUPERUSER
                        + " application_name=lakebase-local-replica",
                "-c",
                "wal_retrieve_retry_interval=100ms",
                "-c",
                "hot_standby_feedback=on",
                // a standby with fewer than its primary does not serve
                "-c",
                "max_connections=" + Math.max(maxConnections, primary.maxConnections()));
    }

    @Override
    public void suspend() {
        lock.lock();
        try {
            end(PostgresProcess::stopFast);
        } finally {
            lock.unlock();
        }
    }

    /** For good. */
    void retire() {
        retired = true;
        lock.lock();
        try {
            end(PostgresProcess::stopImmediately);
        } finally {
            lock.unlock();
        }
    }

    /** The process, to signal it without waiting for a lock; null if there is none. */
    @Nullable
    PostgresProcess process() {
        return process;
    }

    private void end(java.util.function.Consumer<PostgresProcess> how) {
        ReplicaWatch watched = watch;
        watch = null;
        if (watched != null) {
            watched.close();
        }
        PostgresProcess current = process;
        process = null;
        if (current != null) {
            how.accept(current);
        }
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            throw new StorageException(
                    "The replica's folder " + folder + " could not be removed: " + e.getMessage()
                            + ". Remove it by hand.",
                    e);
        }
    }

    @Override
    public Connection connect(String database) throws SQLException {
        return SuperuserLogin.connect(socket, database, Map.of());
    }

    /**
     * Returns when it has all that its cluster had committed when this was called. At once if the cluster sleeps. Gives up
     * after 10 s or little more, for a session may hold a lock that is in the way.
     */
    public void catchUp() {
        long deadline = System.nanoTime() + CATCH_UP.toNanos();
        for (int attempt = 1; attempt <= 2; attempt++) {
            ReplicaWatch current = watch;
            if (current == null || !primary.isRunning() || !isRunning()) {
                return;
            }
            try {
                current.awaitReplay(Duration.ofNanos(deadline - System.nanoTime()));
                return;
            } catch (SQLException e) {
                // a server was restarted, as a rule: once more, on new connections
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public String toString() {
        return "Replica[" + primary.uid() + "]";
    }
}
