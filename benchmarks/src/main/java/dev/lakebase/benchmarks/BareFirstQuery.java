package dev.lakebase.benchmarks;

import java.sql.SQLException;

/** A whole process: start, one query with a native password, end. */
final class BareFirstQuery {
    private BareFirstQuery() {}

    public static void main(String[] args) throws SQLException {
        try (var pool = BarePool.open(System.getenv(), BarePool.NATIVE_ROLE, BarePool.NATIVE_PASSWORD)) {
            Query.run(pool);
        }
    }
}
