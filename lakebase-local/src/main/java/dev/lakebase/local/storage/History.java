package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster keeps of its past, so that branches can begin there: bases, and all log since the oldest of them. The
 * log stays where PostgreSQL wrote it, held by a replication slot that nobody reads from. Thread-safe.
 *
 * <p>A newer base makes the next branch quicker, and lets go of what is too old to be asked for.
 */
final class History {
    private static final String SLOT = "lakebase_history";
    private static final String PREFIX = "base-";
    private static final String UNFINISHED = ".new-";
    /** Exists if nothing was committed in the cluster before its first base, other than by its owner. */
    private static final String SINCE_BIRTH = "since-birth";

    /** Replaying this much takes about as long as one more base does. */
    private static final long LEAST_LOG = 8 << 20;

    /** Bases closer to each other than this are not worth their disk; replaying it takes a second or two. */
    private static final long NEAR = 256 << 20;

    private final Path folder;
    /** Read: somebody copies a base. Write: bases come and go. */
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
    /** Oldest first. */
    private volatile List<Base> bases = List.of();

    private History(Path folder) {
        this.folder = folder;
    }

    /** What is there; nothing in a cluster that keeps none. */
    static History of(Path cluster) throws IOException {
        History history = new History(cluster.resolve("history"));
        Folders.delete(cluster.resolve(UNFINISHED + "history-removed"));
        if (Files.isDirectory(history.folder)) {
            List<Base> found = new ArrayList<>();
            try (Stream<Path> files = Files.list(history.folder)) {
                for (Path file : files.toList()) {
                    if (file.getFileName().toString().startsWith(PREFIX)) {
                        found.add(Base.load(file));
                    } else if (Files.isDirectory(file)) {
                        Folders.delete(file);
                    }
                }
            }
            found.sort(Comparator.comparing(Base::start));
            history.bases = List.copyOf(found);
        }
        return history;
    }

    /**
     * A run that was killed while it began or ended a history may have left the slot, which would hold all log for ever.
     * The server must be down.
     */
    void dropForgottenSlot(Path data) throws IOException {
        if (!isKept()) {
            Folders.delete(data.resolve("pg_replslot").resolve(SLOT));
        }
    }

    boolean isKept() {
        return !bases.isEmpty();
    }

    /**
     * Takes the first base. The connection is one for copies, its cluster runs. If it fails, nothing is left.
     *
     * @param like a base to share unchanged files with; null for none
     */
    void begin(Connection connection, Path data, boolean sinceBirth, @Nullable Base like)
            throws SQLException, IOException {
        use.writeLock().lock();
        try {
            if (isKept()) {
                return;
            }
            clear(connection); // what one that was killed halfway may have left
            try {
                Folders.createIfMissing(folder);
                if (sinceBirth) {
                    Files.createFile(folder.resolve(SINCE_BIRTH));
                }
                // before the base, so that it holds all log that the base needs
                execute(connection, "SELECT pg_create_physical_replication_slot('" + SLOT + "', true)");
                addBase(connection, data, like);
            } catch (SQLException | IOException | RuntimeException e) {
                clearAfter(e, connection);
                throw e;
            }
        } finally {
            use.writeLock().unlock();
        }
    }

    /** Branches then begin at no past moment any more. */
    void end(Connection connection) throws SQLException, IOException {
        use.writeLock().lock();
        try {
            if (isKept()) {
                bases = List.of();
                clear(connection);
            }
        } finally {
            use.writeLock().unlock();
        }
    }

    /** The bases go first, and all at once: without the slot's log they would be good for nothing. */
    private void clear(Connection connection) throws SQLException, IOException {
        Path removed = folder.resolveSibling(UNFINISHED + "history-removed");
        Folders.delete(removed);
        if (Files.exists(folder)) {
            Files.move(folder, removed, StandardCopyOption.ATOMIC_MOVE);
        }
        execute(
                connection,
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '" + SLOT
                        + "'");
        Folders.delete(removed);
    }

    private void clearAfter(Exception failure, Connection connection) {
        try {
            clear(connection);
        } catch (SQLException | IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private void addBase(Connection connection, Path data, @Nullable Base like) throws SQLException, IOException {
        Path unfinished = folder.resolve(UNFINISHED + Long.toHexString(System.nanoTime()));
        try {
            Path copy = Folders.create(Folders.create(unfinished).resolve("pgdata"));
            BaseCopy.Taken taken = BaseCopy.take(connection, data, copy, like == null ? null : like.data());
            Base base = new Base(unfinished, taken.start(), taken.stop(), taken.timeline(), taken.time());
            base.save();
            Path name = folder.resolve(PREFIX + Long.toHexString(taken.start().value()));
            Folders.publish(unfinished, name);
            List<Base> more = new ArrayList<>(bases);
            more.add(base.at(name));
            bases = List.copyOf(more);
        } finally {
            Folders.delete(unfinished);
        }
    }

    /** What a copy is made of must not be removed meanwhile. */
    ReentrantReadWriteLock.ReadLock use() {
        return use.readLock();
    }

    /** Null without any. */
    @Nullable
    Base newest() {
        List<Base> all = bases;
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    /** The base from which the position is reached soonest; null if it lies before all of them. */
    @Nullable
    Base before(Lsn lsn) {
        return bases.stream()
                .filter(base -> !lsn.isBefore(base.stop()))
                .reduce((one, other) -> other)
                .orElse(null);
    }

    /** The base from which the time is reached soonest; null if it lies before all of them. */
    @Nullable
    Base before(Instant time) {
        return bases.stream()
                .filter(base -> !time.isBefore(base.time()))
                .reduce((one, other) -> other)
                .orElse(null);
    }

    /** The first base if it has all that the cluster began with: then any earlier time means that. */
    @Nullable
    Base birth() {
        List<Base> all = bases;
        return !all.isEmpty() && Files.exists(folder.resolve(SINCE_BIRTH)) ? all.get(0) : null;
    }

    /** Whether one more base is worth its cost: it doubles what the history takes at most, however much is written. */
    boolean wantsBase(Path data, long size) throws IOException {
        Base newest = newest();
        if (newest == null) {
            return false;
        }
        long written = WalFiles.newest(data).value() - newest.start().value();
        return written >= Math.max(LEAST_LOG, size / 2);
    }

    /** Does nothing while a branch is being copied: there is a next time. */
    void addBaseIfIdle(Connection connection, Path data) throws SQLException, IOException {
        if (use.writeLock().tryLock()) {
            try {
                if (isKept()) {
                    addBase(connection, data, newest());
                }
            } finally {
                use.writeLock().unlock();
            }
        }
    }

    /** Whether {@link #prune} would remove something. */
    boolean isPrunable(Instant windowStart) {
        return !superfluous(windowStart).isEmpty();
    }

    /** Removes what no moment since the start of the window needs. Does nothing while a branch is being copied. */
    void prune(Connection connection, Instant windowStart) throws SQLException, IOException {
        if (!use.writeLock().tryLock()) {
            return;
        }
        try {
            List<Base> removed = superfluous(windowStart);
            List<Base> left = new ArrayList<>(bases);
            left.removeAll(removed);
            if (removed.contains(bases.get(0))) {
                Files.deleteIfExists(folder.resolve(SINCE_BIRTH));
                // PostgreSQL removes the log itself, at its next checkpoint
                execute(
                        connection,
                        "SELECT pg_replication_slot_advance('" + SLOT + "', '"
                                + left.get(0).start() + "')");
            }
            bases = List.copyOf(left);
            for (Base base : removed) {
                Folders.delete(base.folder());
            }
        } finally {
            use.writeLock().unlock();
        }
    }

    private List<Base> superfluous(Instant windowStart) {
        List<Base> all = bases;
        List<Base> removed = new ArrayList<>();
        int first = 0;
        while (first + 1 < all.size() && !all.get(first + 1).time().isAfter(windowStart)) {
            removed.add(all.get(first++));
        }
        int kept = first;
        for (int i = first + 1; i + 1 < all.size(); i++) {
            if (all.get(i + 1).start().value() - all.get(kept).start().value() <= NEAR) {
                removed.add(all.get(i));
            } else {
                kept = i;
            }
        }
        return removed;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
