package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A consistent copy of a running cluster, made with PostgreSQL's low-level backup functions: the parent goes on serving
 * writes. Files are copied as they are, torn as they may be; the write-ahead log of the time of the copy, copied with
 * them, makes them whole when the copy starts.
 */
final class BaseCopy {

    /** These hold nothing that a copy needs; PostgreSQL's own pg_basebackup leaves out the same. */
    private static final Set<String> EMPTY_FOLDERS = Set.of(
            "pg_wal",
            "pg_dynshmem",
            "pg_notify",
            "pg_replslot",
            "pg_serial",
            "pg_snapshots",
            "pg_stat_tmp",
            "pg_subtrans");

    private static final Set<String> LEFT_OUT =
            Set.of("postmaster.pid", "postmaster.opts", "backup_label", "tablespace_map", "postgresql.auto.conf.tmp");

    private static final String CONTROL_FILE = "global/pg_control";

    private BaseCopy() {}

    /**
     * Where a copy is whole.
     *
     * @param start the first byte of log that its recovery reads
     * @param stop the first position that it can be recovered to
     * @param timeline of its log
     * @param begun by the server's clock, behind the start and before the stop
     * @param time by the server's clock, a moment behind the stop
     */
    record Taken(Lsn start, Lsn stop, int timeline, Instant begun, Instant time) {}

    /** Copies the cluster behind the connection, whose files are in {@code from}, into the existing folder {@code to}. */
    static Taken take(Connection connection, Path from, Path to) throws SQLException, IOException {
        return take(connection, from, to, null);
    }

    /** @param like a copy of before, for good, with which files are shared that have not changed since; null for none */
    static Taken take(Connection connection, Path from, Path to, @Nullable Path like) throws SQLException, IOException {
        connection.setAutoCommit(true);
        // the slot, gone with this session, keeps the log since the last checkpoint until we have copied it
        query(connection, "SELECT pg_create_physical_replication_slot('copy_' || pg_backend_pid(), true, true)");
        Lsn start = Lsn.parse(query(connection, "SELECT pg_backup_start('branch', fast => true)"));
        Instant begun = time(connection);
        int timeline = Integer.parseInt(query(connection, "SELECT timeline_id FROM pg_control_checkpoint()"));
        if (like == null) {
            FileCopy.copyCluster(from, to, BaseCopy::isWanted);
        } else {
            FileCopy.copyLike(like, from, to, BaseCopy::isWanted);
        }
        copyControlFile(from, to);
        String[] end = query(
                        connection,
                        "SELECT lsn || E'\\n' || length(spcmapfile) || E'\\n' || labelfile"
                                + " FROM pg_backup_stop(wait_for_archive => false)")
                .split("\n", 3);
        Lsn stop = Lsn.parse(end[0]);
        Instant time = time(connection);
        if (!end[1].equals("0")) {
            throw new IOException("it has tablespaces, which branches can not copy. Move their tables to pg_default");
        }
        WalFiles.link(from, to, timeline, start, stop);
        Files.writeString(to.resolve("backup_label"), end[2]);
        Files.createFile(to.resolve("standby.signal"));
        return new Taken(start, stop, timeline, begun, time);
    }

    private static boolean isWanted(Path relative) {
        String name = relative.getFileName().toString();
        if (relative.getNameCount() == 1) {
            return !LEFT_OUT.contains(name);
        }
        if (relative.getNameCount() == 2
                && EMPTY_FOLDERS.contains(relative.getName(0).toString())) {
            // PostgreSQL makes its folders below pg_wal itself
            return false;
        }
        return !name.startsWith("pg_internal.init")
                && !name.startsWith("pgsql_tmp")
                && !isTemporaryTable(name)
                && !relative.endsWith(CONTROL_FILE);
    }

    /** t3_16384: a temporary relation of session 3. */
    private static boolean isTemporaryTable(String name) {
        return name.length() > 1 && name.charAt(0) == 't' && Character.isDigit(name.charAt(1));
    }

    /** It is one block, written in place at any time: read until two readings agree, so that none is torn. */
    private static void copyControlFile(Path from, Path to) throws IOException {
        byte[] before = Files.readAllBytes(from.resolve(CONTROL_FILE));
        byte[] now = Files.readAllBytes(from.resolve(CONTROL_FILE));
        while (!Arrays.equals(before, now)) {
            before = now;
            now = Files.readAllBytes(from.resolve(CONTROL_FILE));
        }
        Files.write(to.resolve(CONTROL_FILE), now);
    }

    private static Instant time(Connection connection) throws SQLException {
        return Instant.parse(query(connection, "SELECT " + ServerTime.now()));
    }

    private static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
