package dev.lakebase.local.storage;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL cluster: the storage and the compute of one branch. Made by {@link Storage}.
 *
 * <p>Thread-safe. Starting, suspending and deleting exclude each other; branches may be taken at the same time as each
 * other, and a suspend waits for them.
 */
public final class Cluster implements Server {

    /** The bootstrap superuser: for the owner of the storage alone, never for those who come through the network. */
    public static final String SUPERUSER = "cloud_admin";

    /** The owner of a database could else have the superuser call functions of his own, or cut a copy short. */
    private static final String COPY_OPTIONS = "-c search_path=pg_catalog -c statement_timeout=0"
            + " -c idle_session_timeout=0 -c default_transaction_read_only=off";

    private static final long SIZE_AGE_NANOS = Duration.ofSeconds(1).toNanos();

    /** In a folder that has another name than its cluster. */
    static final String UID_FILE = "uid";

    private static final String NO_SUCH_DATABASE = "3D000";
    private static final String NO_CONNECTIONS_ALLOWED = "55000";

    private final Storage storage;
    private final String uid;
    private final Path folder;
    private final UnixSocketAddress socket;
    private final ClusterLock lock;
    private volatile @Nullable PostgresProcess process;
    private volatile boolean deleted;
    private final History kept;
    private final ClusterHistory history;
    private volatile @Nullable Size size;
    private volatile List<String> options = Recovery.IMMEDIATE;
    private volatile int maxConnections = PostgresSettings.MAX_CONNECTIONS;

    private record Size(long bytes, long at, boolean running) {}

    Cluster(Storage storage, String uid, Path folder, UnixSocketAddress socket) throws IOException {
        this.storage = storage;
        this.uid = uid;
        this.folder = folder;
        this.socket = socket;
        this.lock = new ClusterLock(uid);
        this.kept = History.of(folder);
        this.history = new ClusterHistory(this, kept);
    }

    /**
     * The name it was created with.
     *
     * @return unique in its storage
     */
    public String uid() {
        return uid;
    }

    /**
     * Where its server listens while it runs. The same for the cluster's whole life in this JVM.
     *
     * @return the address of a Unix socket that only this process's user can reach
     */
    @Override
    public UnixDomainSocketAddress socket() {
        return socket.address();
    }

    /**
     * Starts the server and returns when it accepts connections. Does nothing while it runs; threads that call it at
     * once wait for the same start. Also right after the server was killed: then it recovers first.
     *
     * @param timeout how long to block at most, all in all
     * @throws StorageException if it was not ready in time (the end of its log is in the message), was deleted, or the
     *     storage was closed
     */
    @Override
    public void start(Duration timeout) {
        if (isRunning()) {
            return;
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        lock.take(timeout);
        try {
            startLocked(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        } finally {
            lock.release();
        }
    }

    private void startLocked(Duration timeout) {
        if (isRunning()) {
            return;
        }
        if (deleted) {
            throw new StorageException("Cluster " + uid + " was deleted.");
        }
        storage.requireOpen();
        stopLocked(PostgresProcess::stopImmediately);
        try {
            clearStaleState();
            PostgresProcess started = storage.launch(data(), folder.resolve("postgres.log"), socket, options());
            process = started;
            started.awaitReady(timeout, storage::isClosed);
        } catch (IOException e) {
            throw new StorageException("PostgreSQL could not be started in " + folder + ": " + e.getMessage(), e);
        } catch (StorageException e) {
            stopLocked(PostgresProcess::stopImmediately);
            throw e;
        }
    }

    /** The start of a new copy: it recovers as far as it shall, and becomes a server of its own. */
    void startFirst(Recovery recovery, Duration timeout) throws IOException {
        options = recovery.options();
        start(timeout);
        options = Recovery.IMMEDIATE;
        Files.writeString(originFile(), Recovery.forkOf(data()) + "\n" + recovery.time());
    }

    /** Takes over a standby that lives in this cluster's folder. */
    void adopt(PostgresProcess standby) {
        process = standby;
    }

    /** Makes the standby that was adopted a server of its own. */
    void promote(Recovery recovery, Duration timeout) throws IOException {
        PostgresProcess standby = process;
        if (standby == null) {
            throw new StorageException("Cluster " + uid + " was stopped while it was being made.");
        }
        standby.promote();
        standby.awaitReady(timeout, storage::isClosed);
        Files.writeString(originFile(), Recovery.forkOf(data()) + "\n" + recovery.time());
        Files.writeString(folder.resolve(UID_FILE), uid);
    }

    private Path originFile() {
        return folder.resolve("origin");
    }

    /**
     * What it was branched from its parent at.
     *
     * @return null for a root
     * @throws StorageException if it can't be read
     */
    public @Nullable Origin origin() {
        try {
            if (!Files.exists(originFile())) {
                return null;
            }
            List<String> lines = Files.readAllLines(originFile());
            return new Origin(Lsn.parse(lines.get(0)), Instant.parse(lines.get(1)));
        } catch (IOException e) {
            throw new StorageException(originFile() + " can not be read: " + e.getMessage(), e);
        }
    }

    /**
     * What its databases take, as {@code pg_database_size} counts, a second ago at most, without starting it. Reads the
     * sizes of some hundred files.
     *
     * @return bytes, of all databases together
     * @throws StorageException if its files can't be read
     */
    public long logicalSizeBytes() {
        Size known = size;
        boolean running = isRunning();
        // what sleeps does not grow
        if (known != null && known.running == running && (!running || System.nanoTime() - known.at < SIZE_AGE_NANOS)) {
            return known.bytes;
        }
        try {
            long bytes = FileCopy.size(data().resolve("base"));
            size = new Size(bytes, System.nanoTime(), running);
            return bytes;
        } catch (IOException e) {
            throw new StorageException("The size of " + data() + " can not be read: " + e.getMessage(), e);
        }
    }

    /**
     * Its past, in which branches can begin.
     *
     * @return the same object for the cluster's whole life in this JVM
     */
    public ClusterHistory history() {
        return history;
    }

    History kept() {
        return kept;
    }

    private List<String> options() {
        var all = new ArrayList<>(options);
        all.addAll(List.of("-c", "max_connections=" + maxConnections));
        return all;
    }

    @Override
    public void maxConnections(int count) {
        maxConnections = count;
    }

    int maxConnections() {
        return maxConnections;
    }

    UnixSocketAddress address() {
        return socket;
    }

    /** After a crash: sessions that outlived their postmaster, and files that name a process that is long gone. */
    private void clearStaleState() throws IOException {
        Path pidFile = data().resolve("postmaster.pid");
        if (Files.exists(pidFile)) {
            Orphans.end(data());
            if (Files.isDirectory(Path.of("/proc/self"))) {
                // its sessions were found by their working directory; without /proc PostgreSQL judges by this file
                Files.deleteIfExists(pidFile);
            }
        }
        Path file = socket.address().getPath();
        Files.deleteIfExists(file);
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".lock"));
    }

    /**
     * Stops the server as a suspend does: committed rows are safe, open sessions end with SQLState 57P01. Does nothing
     * if it does not run. Blocks until it has stopped, some 50 ms as a rule, 30 s at most.
     */
    @Override
    public void suspend() {
        lock.take();
        try {
            stopLocked(PostgresProcess::stopFast);
        } finally {
            lock.release();
        }
    }

    /**
     * Whether the server runs and accepts connections.
     *
     * @return false also if its process was killed by someone else
     */
    @Override
    public boolean isRunning() {
        PostgresProcess current = process;
        return current != null && current.isServing();
    }

    /**
     * Opens a connection as {@link #SUPERUSER}. Does not start the server. The caller closes it.
     *
     * @param database the database's name
     * @return a new connection, without any time-out
     * @throws SQLException if the server does not run, or has no such database
     */
    @Override
    public Connection connect(String database) throws SQLException {
        return connect(database, "");
    }

    /**
     * Opens a connection as another role, for work that may run code of users. Does not start the server. The caller
     * closes it.
     *
     * @param role one that may log in
     * @param database the database's name
     * @return a new connection, without any time-out
     * @throws SQLException if the server does not run, or has no such database or role
     */
    public Connection connectAs(String role, String database) throws SQLException {
        return SuperuserLogin.connect(socket, database, Map.of("user", role));
    }

    private Connection connect(String database, String options) throws SQLException {
        return SuperuserLogin.connect(socket, database, Map.of("options", options));
    }

    /**
     * A session in the database that is least in the way: one in {@code template1} makes every CREATE DATABASE fail.
     * What its owner has set for the database does not apply.
     */
    Connection connectForCopy() throws SQLException {
        try {
            return connect("databricks_postgres", COPY_OPTIONS);
        } catch (SQLException e) {
            if (NO_SUCH_DATABASE.equals(e.getSQLState()) || NO_CONNECTIONS_ALLOWED.equals(e.getSQLState())) {
                return connect("template1", COPY_OPTIONS);
            }
            throw e;
        }
    }

    /** What runs while the server is kept from being suspended. */
    @FunctionalInterface
    interface WithServer<T extends @Nullable Object> {
        T run() throws IOException, SQLException;
    }

    /** Starts the server if needed, and keeps it running meanwhile. */
    <T extends @Nullable Object> T whileRunning(Duration startTimeout, WithServer<T> action)
            throws IOException, SQLException {
        lock.share(this::isRunning, () -> startLocked(startTimeout));
        try {
            return action.run();
        } finally {
            lock.unshare();
        }
    }

    /** As {@link #suspend}, also on an interrupted thread. */
    void shutDown() {
        lock.takeUninterruptibly();
        try {
            stopLocked(PostgresProcess::stopFast);
        } finally {
            lock.release();
        }
    }

    /** Ends the server for good, also on an interrupted thread, because it is what cleans up. Files stay. */
    void retire() {
        lock.takeUninterruptibly();
        try {
            deleted = true;
            stopLocked(PostgresProcess::stopImmediately);
        } finally {
            lock.release();
        }
    }

    private void stopLocked(java.util.function.Consumer<PostgresProcess> how) {
        PostgresProcess current = process;
        if (current != null) {
            how.accept(current);
            process = null;
        }
    }

    /** The process, to signal it without waiting for the lock; null if there is none. */
    @Nullable
    PostgresProcess process() {
        return process;
    }

    Path folder() {
        return folder;
    }

    Path data() {
        return folder.resolve("pgdata");
    }

    Storage storage() {
        return storage;
    }

    boolean belongsTo(Storage other) {
        return storage == other;
    }

    @Override
    public String toString() {
        return "Cluster[" + uid + "]";
    }
}
