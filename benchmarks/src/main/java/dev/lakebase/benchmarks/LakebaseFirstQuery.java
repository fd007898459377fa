package dev.lakebase.benchmarks;

import dev.lakebase.jdbc.LakebaseDataSource;
import java.sql.SQLException;

/** A whole process: start, one query with a token that is minted for it, end. */
final class LakebaseFirstQuery {
    private LakebaseFirstQuery() {}

    public static void main(String[] args) throws SQLException {
        try (var pool = LakebaseDataSource.fromEnvironment()) {
            Query.run(pool);
        }
    }
}
