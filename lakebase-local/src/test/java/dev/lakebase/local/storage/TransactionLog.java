package dev.lakebase.local.storage;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ends of transactions in a {@link Bank}'s log, as PostgreSQL's own reader of its log says: what a branch at some
 * point has to hold. Read at once, from the beginning of the history, or the last checkpoint of a bank that keeps none.
 */
final class TransactionLog {
    private static final String SINCE =
            "coalesce((SELECT restart_lsn FROM pg_replication_slots WHERE slot_name = 'lakebase_history'),"
                    + " (SELECT redo_lsn FROM pg_control_checkpoint()))";

    private static final String ENDS = "SELECT start_lsn, end_lsn, record_type = 'COMMIT', n,"
            + " to_char(split_part(description, ';', 1)::timestamptz AT TIME ZONE 'UTC',"
            + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
            + " FROM pg_get_wal_records_info(" + SINCE + ", pg_current_wal_flush_lsn()) LEFT JOIN journal USING (xid)"
            + " WHERE resource_manager = 'Transaction' AND record_type IN ('COMMIT', 'ABORT') ORDER BY end_lsn";

    /** @param number of the transfer; 0 if it was none */
    private record End(Lsn start, Lsn end, boolean commits, long number, Instant time) {}

    private final List<End> ends;
    /** What came before the history is older than any point. */
    private final long before;

    private TransactionLog(List<End> ends) {
        this.ends = ends;
        this.before = ends.stream()
                .mapToLong(End::number)
                .filter(number -> number > 0)
                .map(number -> number - 1)
                .min()
                .orElse(0);
    }

    static TransactionLog of(Cluster bank) throws SQLException {
        List<End> ends = new ArrayList<>();
        try (Connection connection = bank.connect(Sql.DATABASE);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(ENDS)) {
            while (rows.next()) {
                ends.add(new End(
                        Lsn.parse(rows.getString(1)),
                        Lsn.parse(rows.getString(2)),
                        rows.getBoolean(3),
                        rows.getLong(4),
                        Instant.parse(rows.getString(5))));
            }
        }
        return new TransactionLog(ends);
    }

    /** Transfers. */
    long committedUpTo(Lsn lsn) {
        return ends.stream()
                .filter(end -> end.commits && !lsn.isBefore(end.end))
                .mapToLong(End::number)
                .reduce(before, Math::max);
    }

    /**
     * Transfers as PostgreSQL's recovery understands it: up to the first end of a transaction that is too late. The time
     * of one that comes behind it in the log, but had begun to commit before, may be earlier.
     */
    long committedUpTo(Instant time) {
        return ends.stream()
                .takeWhile(end -> !end.time.isAfter(time))
                .filter(End::commits)
                .mapToLong(End::number)
                .reduce(before, Math::max);
    }

    /** Null if there was none. */
    @Nullable
    Instant lastCommit(Lsn lsn) {
        return ends.stream()
                .filter(end -> end.commits && !lsn.isBefore(end.end))
                .reduce((one, other) -> other)
                .map(End::time)
                .orElse(null);
    }
}
