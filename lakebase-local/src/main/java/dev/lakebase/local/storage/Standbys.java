package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One warm standby per parent that was branched, made on a thread of its own. Thread-safe. */
final class Standbys {
    /** As long as a first start may take; then the next branch is made from scratch. */
    private static final Duration WARM_UP = Duration.ofSeconds(60);

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final String WARM = "consistent recovery state reached";

    private final Storage storage;
    private final SpareFolders spares;
    private final ThreadPoolExecutor executor;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Standby> warm = new HashMap<>();
    private volatile boolean enabled;

    Standbys(Storage storage, SpareFolders spares) {
        this.storage = storage;
        this.spares = spares;
        this.executor = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "lakebase-local-standby");
            thread.setDaemon(true);
            return thread;
        });
        executor.allowCoreThreadTimeOut(true);
    }

    void enable() {
        enabled = true;
    }

    /** Hands it out, once; null if there is none. */
    @Nullable
    Standby take(Cluster parent) {
        lock.lock();
        try {
            Standby standby = warm.remove(parent.uid());
            if (standby != null && !standby.process().isAlive()) {
                executor.execute(() -> discard(standby.folder(), standby.process()));
                return null;
            }
            return standby;
        } finally {
            lock.unlock();
        }
    }

    /** Makes one in the background, unless there is one. */
    void prepare(Cluster parent) {
        if (enabled && parent.history().isKept()) {
            try {
                executor.execute(() -> prepareNow(parent));
            } catch (RejectedExecutionException e) {
                // the storage is being closed
            }
        }
    }

    boolean isWarm(Cluster parent) {
        lock.lock();
        try {
            return warm.containsKey(parent.uid());
        } finally {
            lock.unlock();
        }
    }

    private void prepareNow(Cluster parent) {
        if (isWarm(parent) || !parent.isRunning()) {
            return;
        }
        Path folder = storage.newStandbyFolder();
        PostgresProcess process = null;
        boolean kept = false;
        try {
            Base base = copy(parent, folder);
            Path log = folder.resolve("postgres.log");
            UnixSocketAddress socket = storage.newSocket();
            process = storage.launch(folder.resolve("pgdata"), log, socket, Recovery.STANDBY);
            awaitWarm(process, log);
            kept = keep(parent, new Standby(folder, socket, process, base));
        } catch (IOException | SQLException | StorageException e) {
            // the next branch is made from scratch, and tells what is wrong if that fails too
        } finally {
            if (!kept) {
                discard(folder, process);
            }
        }
    }

    private Base copy(Cluster parent, Path folder) throws IOException, SQLException {
        return parent.whileRunning(WARM_UP, () -> {
            parent.kept().use().lock();
            try (Connection connection = parent.connectForCopy()) {
                spares.takeOrCreate(folder);
                Path data = Folders.createIfMissing(folder.resolve("pgdata"));
                Base base = new Branching(parent, connection).fillStandby(data);
                storage.own(folder);
                return base;
            } finally {
                parent.kept().use().unlock();
            }
        });
    }

    private void awaitWarm(PostgresProcess process, Path log) throws IOException {
        long deadline = System.nanoTime() + WARM_UP.toNanos();
        while (!Files.readString(log, StandardCharsets.ISO_8859_1).contains(WARM)) {
            if (!process.isAlive() || storage.isClosed() || System.nanoTime() - deadline > 0) {
                throw new IOException("the standby did not become warm");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private boolean keep(Cluster parent, Standby standby) {
        lock.lock();
        try {
            return !storage.isClosed()
                    && storage.clusters().get(parent.uid()) == parent
                    && warm.putIfAbsent(parent.uid(), standby) == null;
        } finally {
            lock.unlock();
        }
    }

    /** Its parent goes. */
    void discard(Cluster parent) {
        Standby standby = take(parent);
        if (standby != null) {
            discard(standby.folder(), standby.process());
        }
    }

    static void discard(Path folder, @Nullable PostgresProcess process) {
        try {
            if (process != null) {
                process.stopImmediately();
            }
            Folders.delete(folder);
        } catch (IOException e) {
            // it has no name that anybody asks for, and goes with the storage or its next opening
        }
    }

    /** Ends them all; the storage is closed already, so no more come. */
    void close() {
        executor.shutdown();
        executor.getQueue().clear();
        boolean interrupted = false;
        try {
            executor.awaitTermination(WARM_UP.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        List<Standby> left;
        lock.lock();
        try {
            left = List.copyOf(warm.values());
            warm.clear();
        } finally {
            lock.unlock();
        }
        left.forEach(standby -> discard(standby.folder(), standby.process()));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
