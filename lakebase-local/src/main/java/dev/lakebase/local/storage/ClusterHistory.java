package dev.lakebase.local.storage;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The past of a {@link Cluster}: whether it is kept, and from when on. Thread-safe. */
public final class ClusterHistory {
    private final Cluster cluster;
    private final History kept;

    ClusterHistory(Cluster cluster, History kept) {
        this.cluster = cluster;
        this.kept = kept;
    }

    /**
     * Keeps the cluster's past from now on, so that branches can begin there: a copy of its files, and all log from then
     * on. Starts it if needed. Does nothing if it is kept already. Blocks for as long as a branch takes.
     *
     * @param sinceBirth whether nobody could commit anything before, so that any earlier time means this one
     * @throws StorageException if it could not be done
     */
    public void keep(boolean sinceBirth) {
        keep(sinceBirth, cluster.storage().anyBase());
    }

    /**
     * As {@link #keep}, since its birth, of a new branch: what it still has in common with its parent's newest base is
     * shared, not copied.
     *
     * @param parent what it is a branch of
     * @throws StorageException if it could not be done
     */
    public void keepAsBranchOf(Cluster parent) {
        keep(true, parent.kept().newest());
    }

    private void keep(boolean sinceBirth, @Nullable Base like) {
        if (!kept.isKept()) {
            withSession(
                    "could not begin to keep its history",
                    session -> kept.begin(session, cluster.data(), sinceBirth, like));
        }
    }

    /**
     * Keeps no past any more. Starts it if needed. Blocks for a fraction of a second.
     *
     * @throws StorageException if it could not be done
     */
    public void forget() {
        if (kept.isKept()) {
            withSession("could not forget its history", kept::end);
        }
    }

    /**
     * Whether branches can begin in its past.
     *
     * @return also true while it is suspended
     */
    public boolean isKept() {
        return kept.isKept();
    }

    /**
     * Keeps the cost of the past bounded: what no moment since the start of the window needs is removed, and where much
     * was written lately, a newer copy of the files makes the next branch quicker. To be called now and then. Does nothing
     * while it is suspended; blocks for as long as a copy takes if there is something to do.
     *
     * @param windowStart the earliest time that has to remain
     * @throws StorageException if it could not be done
     */
    public void tend(Instant windowStart) {
        try {
            boolean wantsBase = cluster.isRunning() && kept.wantsBase(cluster.data(), cluster.logicalSizeBytes());
            if (wantsBase || (cluster.isRunning() && kept.isPrunable(windowStart))) {
                withSession("could not tend its history", session -> {
                    if (wantsBase) {
                        kept.addBaseIfIdle(session, cluster.data());
                    }
                    kept.prune(session, windowStart);
                });
            }
        } catch (IOException e) {
            throw new StorageException(
                    "Cluster " + cluster.uid() + " could not tend its history: " + e.getMessage(), e);
        }
    }

    /**
     * Makes sure that a branch can begin at the point. Starts the cluster if the point is an LSN.
     *
     * @param point where
     * @param windowStart how old it may be
     * @throws PointOutOfRangeException if it can't
     * @throws StorageException if the cluster could not be started
     */
    public void requireRestorable(BranchPoint point, Instant windowStart) {
        Instant time = point.time();
        Lsn lsn = point.lsn();
        if (time != null) {
            Branching.requireKept(kept, time, windowStart);
        } else if (lsn != null) {
            withSession(
                    "could not look into its history",
                    session -> new Branching(cluster, session).requireRestorable(lsn, windowStart));
        }
    }

    @FunctionalInterface
    private interface Work {
        void with(Connection session) throws SQLException, IOException;
    }

    private void withSession(String failure, Work work) {
        try {
            cluster.whileRunning(Storage.START_TIMEOUT, () -> {
                try (Connection session = cluster.connectForCopy()) {
                    work.with(session);
                }
                return "";
            });
        } catch (IOException | SQLException e) {
            throw new StorageException("Cluster " + cluster.uid() + " " + failure + ": " + e.getMessage(), e);
        }
    }
}
