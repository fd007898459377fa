package dev.lakebase.local.storage;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;

/** One statement on one connection of its own, or on a given one. */
final class Sql {

    static final String DATABASE = "databricks_postgres";

    private Sql() {}

    static void run(Cluster cluster, String... statements) throws SQLException {
        try (Connection connection = cluster.connect(DATABASE);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    static String ask(Cluster cluster, String query) throws SQLException {
        try (Connection connection = cluster.connect(DATABASE)) {
            return ask(connection, query);
        }
    }

    static String ask(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    static Lsn insertLsn(Cluster cluster) throws SQLException {
        return Lsn.parse(ask(cluster, "SELECT pg_current_wal_insert_lsn()"));
    }

    static Instant serverTime(Cluster cluster) throws SQLException {
        return Instant.parse(ask(cluster, "SELECT " + ServerTime.now()));
    }
}
