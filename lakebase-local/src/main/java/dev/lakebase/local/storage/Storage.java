package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All clusters below one data folder. The folder is closed to other users (0700) and locked by this JVM.
 *
 * <p>Thread-safe. A shutdown hook closes it when the JVM ends in an orderly way, Ctrl-C included. What a JVM that was
 * killed leaves behind, processes and folders, the next {@link #open} of the same user removes.
 */
public final class Storage implements AutoCloseable {

    private static final String UNFINISHED = ".new-";
    private static final String REMOVED = ".gone-";

    /** A start takes under a second; recovery of 128 MB of log on a loaded machine may take many. */
    static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    /** Copies under way fail at once when their servers are stopped, so this is never used up. */
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(30);

    private final Launcher launcher;
    private final PostgresBinaries binaries;
    private final RunFolder run;
    private final @Nullable FolderLock dataLock;
    private final Path directory;
    private final Path folders;
    private final SpareFolders spares;
    private final Standbys standbys;
    private final ClusterMaker maker;
    private final Map<String, Cluster> clusters = new ConcurrentHashMap<>();
    private final Set<Replica> replicas = ConcurrentHashMap.newKeySet();
    private final AtomicInteger sockets = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();
    /** Read: a cluster is being made or removed. Write: the storage is being closed. */
    private final ReentrantReadWriteLock work = new ReentrantReadWriteLock();

    private final Thread hook;

    private Storage(
            Launcher launcher,
            PostgresBinaries binaries,
            ClusterTemplate template,
            RunFolder run,
            @Nullable FolderLock dataLock,
            Path directory)
            throws IOException {
        this.launcher = launcher;
        this.binaries = binaries;
        this.run = run;
        this.dataLock = dataLock;
        this.directory = directory;
        this.folders = Folders.createOrVerify(directory.resolve("clusters"));
        this.spares = new SpareFolders(folders);
        this.standbys = new Standbys(this, spares);
        this.maker = new ClusterMaker(this, template, spares, standbys);
        launcher.ownFolder(directory);
        launcher.ownFolder(folders);
        this.hook = new Thread(this::close, "lakebase-local-shutdown");
    }

    /**
     * Opens a storage. The first call of a user unpacks PostgreSQL and prepares a template, which takes some seconds
     * and is told to {@code progress}; later calls take milliseconds.
     *
     * @param dataDirectory where the clusters live on after {@link #close}, created if missing; null for a temporary
     *     folder, which is removed on close
     * @param progress gets lines for a person to read, on the calling thread
     * @return a storage that the caller closes
     * @throws StorageException if another live JVM uses the data folder, the binaries for this platform are missing, or
     *     a folder is not writable
     */
    public static Storage open(@Nullable Path dataDirectory, Consumer<String> progress) {
        Launcher launcher = Launcher.detected();
        return open(dataDirectory, progress, launcher, Cache.ofUser(launcher, System.getenv()));
    }

    static Storage open(@Nullable Path dataDirectory, Consumer<String> progress, Launcher launcher, Cache cache) {
        PostgresBinaries binaries = PostgresBinaries.locate(cache, launcher, progress);
        ClusterTemplate template = ClusterTemplate.prepare(cache, binaries, launcher, progress);
        FolderLock dataLock = null;
        RunFolder run = null;
        try {
            RunFolder.removeLeftovers(progress);
            if (dataDirectory != null) {
                dataLock = FolderLock.ofData(dataDirectory.toAbsolutePath());
            }
            run = RunFolder.create(launcher);
            Path directory = dataDirectory == null ? run.path() : dataDirectory.toRealPath();
            Storage storage = new Storage(launcher, binaries, template, run, dataLock, directory);
            storage.readClusters();
            Runtime.getRuntime().addShutdownHook(storage.hook);
            return storage;
        } catch (IOException e) {
            closeQuietly(run, e);
            closeQuietly(dataLock, e);
            throw new StorageException("The storage could not be opened: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            closeQuietly(run, e);
            closeQuietly(dataLock, e);
            throw e;
        }
    }

    private void readClusters() throws IOException {
        for (String uid : EarlierRun.clustersIn(folders, binaries.majorVersion())) {
            Cluster cluster = cluster(uid);
            cluster.kept().dropForgottenSlot(cluster.data());
            clusters.put(uid, cluster);
        }
    }

    /** One with that name, whether or not there are files of it. */
    Cluster cluster(String uid) throws IOException {
        return new Cluster(this, uid, folders.resolve(uid), newSocket());
    }

    UnixSocketAddress newSocket() {
        return new UnixSocketAddress(run.sockets(), sockets.incrementAndGet());
    }

    Path newStandbyFolder() {
        return folders.resolve(Standby.PREFIX + Long.toHexString(System.nanoTime()));
    }

    void own(Path folder) throws IOException {
        launcher.own(folder);
    }

    /**
     * From now on, each parent that is branched gets a standby in the background, which makes the next branch of its
     * present quicker. It takes the memory of an idle cluster and the disk of a copy until it is used, or its parent is
     * deleted.
     */
    public void keepStandbys() {
        standbys.enable();
    }

    /** Where a new folder grows until it is complete; no later run takes it for a cluster. */
    Path unfinished(String name) {
        return folders.resolve(UNFINISHED + name);
    }

    /** To be held while clusters are made or removed. Waits for nothing but a close. */
    ReentrantReadWriteLock.ReadLock work() {
        return work.readLock();
    }

    /** Where what is removed goes first: the name is free at once, and half a folder never looks like a cluster. */
    Path removed(String uid) {
        return folders.resolve(REMOVED + Long.toHexString(System.nanoTime()) + "-" + uid);
    }

    void register(Cluster cluster) {
        if (clusters.putIfAbsent(cluster.uid(), cluster) != null) {
            throw new StorageException(
                    "Cluster " + cluster.uid() + " exists already. Choose another uid, or delete it.");
        }
    }

    void unregister(Cluster cluster) {
        clusters.remove(cluster.uid(), cluster);
    }

    /** One of any cluster, for others to share files with; null if there is none. */
    @Nullable
    Base anyBase() {
        for (Cluster cluster : clusters.values()) {
            Base base = cluster.kept().newest();
            if (base != null) {
                return base;
            }
        }
        return null;
    }

    /** The files of any cluster, as {@link #anyBase}; they may go at any time. */
    @Nullable
    Path anyData() {
        return clusters.values().stream()
                .map(Cluster::data)
                .filter(Files::isDirectory)
                .findAny()
                .orElse(null);
    }

    Standbys standbys() {
        return standbys;
    }

    /**
     * The folder that holds everything; its owner may keep files of its own in a sub-folder.
     *
     * @return a folder that only this process's user may enter
     */
    public Path directory() {
        return directory;
    }

    /**
     * The PostgreSQL that all clusters run.
     *
     * @return its major version, such as 17
     */
    public int postgresVersion() {
        return binaries.majorVersion();
    }

    /**
     * The clusters that exist now. Those of an earlier run, found in the data folder, are here after {@link #open}, not
     * started.
     *
     * @return a copy, by uid
     */
    public Map<String, Cluster> clusters() {
        return Map.copyOf(clusters);
    }

    /**
     * Creates an empty cluster and starts it: superuser {@link Cluster#SUPERUSER}, database {@code databricks_postgres},
     * role {@code databricks_superuser} without login. Blocks for some 200 ms.
     *
     * @param uid its name: 1 to 63 of a-z, 0-9 and hyphen, not starting with a hyphen, and not in use
     * @return the running cluster
     * @throws StorageException if it could not be made; nothing is left then
     */
    public Cluster createRoot(String uid) {
        return maker.createRoot(uid);
    }

    /**
     * Creates a copy of the parent as it is at some moment during this call, and starts it.
     *
     * @param parent a cluster of this storage
     * @param uid the copy's name, as in {@link #createRoot}
     * @return the running copy
     * @throws StorageException if it could not be made; nothing is left then
     * @see #branch(Cluster, String, BranchPoint)
     */
    public Cluster branch(Cluster parent, String uid) {
        return branch(parent, uid, BranchPoint.now());
    }

    /**
     * Creates a copy of the parent as it was at a moment, on a timeline of its own, and starts it. The parent, which is
     * started if needed, goes on serving reads and writes. Blocks for some 300 ms, more for a big parent or one that has
     * written much.
     *
     * @param parent a cluster of this storage
     * @param uid the copy's name, as in {@link #createRoot}
     * @param point a past one needs a parent that keeps its history
     * @return the running copy
     * @throws PointOutOfRangeException if the parent has not kept that moment; nothing is left then
     * @throws StorageException if it could not be made; nothing is left then
     */
    public Cluster branch(Cluster parent, String uid, BranchPoint point) {
        if (!parent.belongsTo(this)) {
            throw new IllegalArgumentException(parent + " belongs to another storage");
        }
        return maker.branch(parent, uid, point);
    }

    /**
     * A hot standby of the cluster, not started, and without files until it is. It is deleted with the cluster.
     *
     * @param primary a cluster of this storage
     * @return a server that can't write
     */
    public Replica replica(Cluster primary) {
        if (!primary.belongsTo(this)) {
            throw new IllegalArgumentException(primary + " belongs to another storage");
        }
        int number = sockets.incrementAndGet();
        var replica = new Replica(
                this, primary, unfinished("replica-" + number), new UnixSocketAddress(run.sockets(), number));
        replicas.add(replica);
        return replica;
    }

    /**
     * Stops the replica at once and removes its data.
     *
     * @param replica of this storage
     */
    public void delete(Replica replica) {
        replicas.remove(replica);
        replica.retire();
    }

    /**
     * Stops the cluster at once and removes its data. Deleting what is deleted is success. Waits for branches that
     * are being taken from it.
     *
     * @param cluster a cluster of this storage
     * @throws StorageException if its folder could not be removed
     */
    public void delete(Cluster cluster) {
        if (!cluster.belongsTo(this)) {
            throw new IllegalArgumentException(cluster + " belongs to another storage");
        }
        work().lock();
        try {
            replicas.stream().filter(replica -> replica.primary() == cluster).forEach(this::delete);
            cluster.retire();
            if (clusters.get(cluster.uid()) == cluster) {
                maker.remove(cluster);
            }
            standbys.discard(cluster);
        } finally {
            work().unlock();
        }
    }

    PostgresProcess launch(Path data, Path log, UnixSocketAddress socket, List<String> options) throws IOException {
        return PostgresProcess.launch(launcher, binaries, data, log, socket, options);
    }

    boolean isClosed() {
        return closed.get();
    }

    void requireOpen() {
        if (isClosed()) {
            throw new StorageException("The storage in " + directory + " is closed.");
        }
    }

    /**
     * Stops all servers. A temporary storage is removed with all its clusters; in a data folder of its own they stay,
     * cleanly shut down. Calls under way fail. Blocks for some 50 ms as a rule. Closing twice is fine.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        boolean temporary = dataLock == null;
        // all at once, and without waiting for whoever holds a cluster's lock
        Programs.signal("QUIT", alive(replicas.stream().map(Replica::process)));
        Programs.signal(
                temporary ? "QUIT" : "INT", alive(clusters.values().stream().map(Cluster::process)));
        standbys.close();
        boolean quiet = ClusterLock.tryUninterruptibly(work.writeLock(), CLOSE_WAIT);
        StorageException failure = null;
        for (Replica replica : replicas) {
            try {
                delete(replica);
            } catch (StorageException e) {
                failure = e;
            }
        }
        for (Cluster cluster : clusters.values()) {
            try {
                if (temporary) {
                    cluster.retire();
                } else {
                    cluster.shutDown();
                }
            } catch (StorageException e) {
                failure = e;
            }
        }
        clusters.clear();
        try (dataLock;
                run) {
            spares.discard(); // the run goes after it, and the lock last, whatever fails
        } catch (IOException e) {
            failure = new StorageException(
                    "The storage in " + directory + " is closed, but could not be tidied up: " + e.getMessage()
                            + ". Remove that by hand.",
                    e);
        } finally {
            if (quiet) {
                work.writeLock().unlock();
            }
            removeHook();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static List<Long> alive(Stream<@Nullable PostgresProcess> processes) {
        return processes
                .filter(process -> process != null && process.isAlive())
                .map(PostgresProcess::pid)
                .toList();
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the JVM is ending: the hook is what called us, or finds nothing left to do
        }
    }

    private static void closeQuietly(@Nullable AutoCloseable closeable, Exception failure) {
        try {
            if (closeable != null) {
                closeable.close();
            }
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }
}
