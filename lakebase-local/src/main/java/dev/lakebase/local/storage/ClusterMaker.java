package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes the folders and servers of a {@link Storage}: roots, copies, and branches that were a standby; and removes them.
 * What can not be made leaves nothing.
 */
final class ClusterMaker {
    private static final Pattern UID = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    private final Storage storage;
    private final ClusterTemplate template;
    private final SpareFolders spares;
    private final Standbys standbys;

    ClusterMaker(Storage storage, ClusterTemplate template, SpareFolders spares, Standbys standbys) {
        this.storage = storage;
        this.template = template;
        this.spares = spares;
        this.standbys = standbys;
    }

    Cluster createRoot(String uid) {
        return create(uid, "created", data -> {
            FileCopy.copyTemplate(template.folder(), data, storage.anyData());
            return null;
        });
    }

    Cluster branch(Cluster parent, String uid, BranchPoint point) {
        requireUid(uid);
        Standby standby = point.equals(BranchPoint.now()) ? standbys.take(parent) : null;
        Cluster branch = standby == null ? null : adopt(standby, parent, uid);
        if (branch == null) {
            branch = copy(parent, uid, point);
        }
        standbys.prepare(parent);
        return branch;
    }

    /** Null if it was of no use, and is gone. */
    private @Nullable Cluster adopt(Standby standby, Cluster parent, String uid) {
        storage.work().lock();
        boolean registered = false;
        try {
            storage.requireOpen();
            Cluster cluster = new Cluster(storage, uid, standby.folder(), standby.socket());
            cluster.adopt(standby.process());
            storage.register(cluster);
            registered = true;
            try {
                Recovery recovery = withHistory(parent, branching -> branching.catchUp(standby));
                cluster.promote(recovery, Storage.START_TIMEOUT);
                return cluster;
            } catch (IOException | SQLException | RuntimeException e) {
                discard(cluster, e);
                return null;
            }
        } catch (IOException e) {
            throw new StorageException("Cluster " + uid + " could not be made: " + e.getMessage(), e);
        } finally {
            if (!registered) {
                Standbys.discard(standby.folder(), standby.process());
            }
            storage.work().unlock();
        }
    }

    private static void requireUid(String uid) {
        if (!UID.matcher(uid).matches()) {
            throw new IllegalArgumentException("uid is \"" + uid + "\", expected 1 to 63 of a-z, 0-9 and hyphen");
        }
    }

    @FunctionalInterface
    private interface BranchingWork {
        Recovery with(Branching branching) throws IOException, SQLException;
    }

    private static Recovery withHistory(Cluster parent, BranchingWork action) throws IOException, SQLException {
        return parent.whileRunning(Storage.START_TIMEOUT, () -> {
            parent.kept().use().lock();
            try (Connection connection = parent.connectForCopy()) {
                return action.with(new Branching(parent, connection));
            } finally {
                parent.kept().use().unlock();
            }
        });
    }

    private Cluster copy(Cluster parent, String uid, BranchPoint point) {
        return create(
                uid,
                "branched from " + parent.uid(),
                data -> withHistory(parent, branching -> branching.fill(point, data)));
    }

    @FunctionalInterface
    private interface Filler {
        /** Null for a folder that needs no recovery. */
        @Nullable
        Recovery fill(Path data) throws IOException, SQLException;
    }

    private Cluster create(String uid, String what, Filler filler) {
        requireUid(uid);
        storage.work().lock();
        try {
            storage.requireOpen();
            Cluster cluster = newCluster(uid);
            storage.register(cluster);
            try {
                Path unfinished = storage.unfinished(uid);
                spares.takeOrCreate(unfinished);
                Recovery recovery = filler.fill(Folders.createIfMissing(unfinished.resolve("pgdata")));
                storage.own(unfinished);
                Folders.publish(unfinished, cluster.folder());
                if (recovery == null) {
                    cluster.start(Storage.START_TIMEOUT);
                } else {
                    cluster.startFirst(recovery, Storage.START_TIMEOUT);
                }
                return cluster;
            } catch (PointOutOfRangeException e) {
                discard(cluster, e);
                throw e;
            } catch (IOException | SQLException | RuntimeException e) {
                discard(cluster, e);
                throw new StorageException("Cluster " + uid + " could not be " + what + ": " + e.getMessage(), e);
            }
        } finally {
            storage.work().unlock();
        }
    }

    private Cluster newCluster(String uid) {
        try {
            return storage.cluster(uid);
        } catch (IOException e) {
            throw new StorageException("Cluster " + uid + " could not be made: " + e.getMessage(), e);
        }
    }

    private void discard(Cluster cluster, Exception failure) {
        try {
            cluster.retire();
            Folders.delete(storage.unfinished(cluster.uid()));
            Folders.delete(cluster.folder());
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        } finally {
            storage.unregister(cluster);
        }
    }

    /** Of one that was stopped for good. */
    void remove(Cluster cluster) {
        Path removed = storage.removed(cluster.uid());
        try {
            if (Files.exists(cluster.folder())) {
                Folders.publish(cluster.folder(), removed);
            }
            storage.unregister(cluster);
            if (!spares.keep(removed)) {
                Folders.delete(removed);
            }
        } catch (IOException e) {
            throw new StorageException(
                    "Cluster " + cluster.uid() + " was stopped, but its folder " + removed + " could not be removed: "
                            + e.getMessage() + ". Remove it by hand.",
                    e);
        }
    }
}
