package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fills a new branch's folder with what it needs to recover to a moment of its parent's life. */
final class Branching {
    /** Replaying this much is quicker than a checkpoint of the parent and a copy of its changing files. */
    private static final long QUICK_REPLAY = 16 << 20;

    /** A transaction takes its time before it is in the log: microseconds, more where the machine is busy. */
    private static final Duration ON_ITS_WAY = Duration.ofSeconds(1);

    private final Cluster parent;
    private final Connection connection;

    /** The parent runs until this is done with; the connection is one for copies. */
    Branching(Cluster parent, Connection connection) {
        this.parent = parent;
        this.connection = connection;
    }

    /** Where the parent's log ends, and what time it is there. */
    private record Present(Lsn lsn, Instant time) {}

    private Present present() throws SQLException {
        String[] row = query("SELECT " + ServerTime.now() + " || ' ' || pg_current_wal_insert_lsn()")
                .split(" ", -1);
        return new Present(Lsn.parse(row[1]), Instant.parse(row[0]));
    }

    /** Fills the folder; it can be started then. */
    Recovery fill(BranchPoint point, Path data) throws SQLException, IOException {
        Present present = present();
        Lsn lsn = point.lsn();
        Instant time = point.time();
        if (lsn != null) {
            return fromLsn(lsn, present, data);
        }
        if (time != null && time.isBefore(present.time)) {
            return fromTime(time, data);
        }
        Base base = parent.kept().newest();
        if (base == null || present.lsn.value() - base.start().value() > QUICK_REPLAY) {
            BaseCopy.Taken copy = BaseCopy.take(connection, parent.data(), data);
            // by the time that the clock could be asked the parent had gone on
            Instant last = lastCommit(copy.timeline(), copy.start(), copy.stop());
            return Recovery.immediate(last == null || last.isBefore(copy.begun()) ? copy.begun() : last);
        }
        restore(base, data);
        return Recovery.before(present.lsn, contentTime(base, present));
    }

    /** Fills the folder of a standby, which will need little more log; fails if there is no base as recent as that. */
    Base fillStandby(Path data) throws SQLException, IOException {
        Base base = parent.kept().newest();
        Present present = present();
        if (base == null || present.lsn.value() - base.start().value() > QUICK_REPLAY) {
            throw new IOException("no base is recent enough");
        }
        flush();
        copyFiles(base, data);
        WalFiles.linkUpTo(parent.data(), data, base.timeline(), base.start(), present.lsn);
        return base;
    }

    /** Gives the standby the log up to now, and nothing that comes later. */
    Recovery catchUp(Standby standby) throws SQLException, IOException {
        Base base = standby.base();
        Present present = present();
        if (present.lsn.value() - base.start().value() > QUICK_REPLAY) {
            throw new IOException("the standby is too far behind");
        }
        flush();
        WalFiles.linkUpTo(parent.data(), standby.data(), base.timeline(), base.start(), present.lsn);
        return new Recovery(Recovery.IMMEDIATE, contentTime(base, present));
    }

    /** Of a parent in use the last commit's, for the next one may have a time before the present's already. */
    private Instant contentTime(Base base, Present present) throws IOException {
        Instant last = lastCommit(base.timeline(), base.stop(), present.lsn);
        return last == null || last.isBefore(present.time.minus(ON_ITS_WAY)) ? present.time : last;
    }

    private Recovery fromLsn(Lsn lsn, Present present, Path data) throws SQLException, IOException {
        Base base = baseFor(lsn, present);
        restore(base, data);
        Lsn boundary = boundary(base, lsn);
        Instant last = lastCommit(base.timeline(), base.stop(), boundary);
        return Recovery.before(boundary, last == null ? base.time() : last);
    }

    private Recovery fromTime(Instant time, Path data) throws SQLException, IOException {
        Base base = parent.kept().before(time);
        Base birth = parent.kept().birth();
        if (base == null && birth != null) {
            restore(birth, data);
            return Recovery.before(birth.stop(), birth.time());
        }
        restore(base == null ? unkept("time " + time) : base, data);
        return Recovery.upTo(time);
    }

    /** Throws unless the time is kept, and shall be. */
    static void requireKept(History history, Instant time, Instant windowStart) {
        if (time.isBefore(windowStart) || (history.before(time) == null && history.birth() == null)) {
            unkept("time " + time);
        }
    }

    /** Throws unless the position is kept, and at the start of the window or later was what the parent held. */
    void requireRestorable(Lsn lsn, Instant windowStart) throws SQLException, IOException {
        Present present = present();
        Base base = baseFor(lsn, present);
        flush();
        WalReader log = reader(base.timeline(), lsn, present.lsn);
        for (WalReader.Entry entry = log.next(); entry != null; entry = log.next()) {
            Instant committed = entry.committed();
            if (committed != null && lsn.isBefore(entry.end())) {
                if (committed.isBefore(windowStart)) {
                    unkept("LSN " + lsn);
                }
                return; // the next commit was within the window
            }
        }
    }

    private Base baseFor(Lsn lsn, Present present) {
        if (present.lsn.isBefore(lsn)) {
            throw new PointOutOfRangeException("LSN " + lsn + " is in the future: the log ends at " + present.lsn);
        }
        Base base = parent.kept().before(lsn);
        return base == null ? unkept("LSN " + lsn) : base;
    }

    private static Base unkept(String what) {
        throw new PointOutOfRangeException(what + " is older than the history that is kept");
    }

    private void restore(Base base, Path data) throws SQLException, IOException {
        Lsn end = flush();
        copyFiles(base, data);
        WalFiles.link(parent.data(), data, base.timeline(), base.start(), end);
    }

    private static void copyFiles(Base base, Path data) throws IOException {
        FileCopy.copyCluster(base.data(), data, file -> !file.startsWith("pg_wal") || file.getNameCount() == 1);
    }

    /** PostgreSQL knows that a target is reached by what comes behind it, so something must. Returns where that ends. */
    private Lsn flush() throws SQLException {
        query("SELECT pg_logical_emit_message(true, 'lakebase', 'a branch')");
        return Lsn.parse(query("SELECT pg_current_wal_flush_lsn()"));
    }

    /** Where the record begins that goes on behind the position; the position itself if none does. */
    private Lsn boundary(Base base, Lsn lsn) throws IOException {
        WalReader log = readerFromRecordBefore(base, lsn);
        for (WalReader.Entry entry = log.next(); entry != null; entry = log.next()) {
            if (!entry.start().isBefore(lsn)) {
                return lsn;
            }
            if (lsn.isBefore(entry.end())) {
                return entry.start();
            }
        }
        return lsn;
    }

    /** Null if there was none from the first position to the last, by what their segments hold. */
    private @Nullable Instant lastCommit(int timeline, Lsn first, Lsn last) throws IOException {
        for (long segment = last.value() / WalReader.SEGMENT; ; segment--) {
            Lsn from = new Lsn(Math.max(segment * WalReader.SEGMENT, first.value()));
            Instant found = null;
            WalReader log = reader(timeline, from, last);
            for (WalReader.Entry entry = log.next(); entry != null && !last.isBefore(entry.end()); entry = log.next()) {
                found = entry.committed() != null && !entry.start().isBefore(first) ? entry.committed() : found;
            }
            if (found != null || from.equals(first)) {
                return found;
            }
        }
    }

    /** A record of several segments begins long before the position. */
    private WalReader readerFromRecordBefore(Base base, Lsn lsn) throws IOException {
        for (long segment = lsn.value() / WalReader.SEGMENT; ; segment--) {
            Lsn from = new Lsn(segment * WalReader.SEGMENT);
            WalReader.Entry first =
                    reader(base.timeline(), from, new Lsn(Long.MAX_VALUE)).next();
            if ((first != null && first.start().isBefore(lsn)) || from.isBefore(base.start())) {
                return reader(base.timeline(), from, new Lsn(Long.MAX_VALUE));
            }
        }
    }

    private WalReader reader(int timeline, Lsn from, Lsn limit) throws IOException {
        return new WalReader(List.of(WalFiles.folder(parent.data())), timeline, from, limit);
    }

    private String query(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
