package dev.lakebase.local.api;

import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/** Fills a table of Postgres from a {@link SourceTable}: all of it, in the caller's transaction. */
final class TableLoad {
    private static final String STAGING = "pg_temp.lakebase_local_staging";

    private final Connection connection;
    private final String table;
    private final String mark;

    TableLoad(Connection connection, SyncedTableNode table) {
        this.connection = connection;
        this.table = table.table();
        this.mark = "synced table " + table.uid;
    }

    /** Whether it was created, by this synced table and no other. */
    boolean isThere() throws SQLException {
        // in the users' database, whose functions must not take the place of PostgreSQL's
        try (var statement = connection.prepareStatement(
                "select pg_catalog.obj_description(pg_catalog.to_regclass(?), 'pg_class')")) {
            statement.setString(1, table);
            try (var row = statement.executeQuery()) {
                row.next();
                return mark.equals(row.getString(1));
            }
        }
    }

    /** Creates the table with types that fit all its values. */
    long create(SourceTable source, List<String> primaryKey, String timeseriesKey) throws SQLException, IOException {
        List<String> columns = stage(source);
        Map<String, String> types = types(columns);
        execute("create table " + table + " ("
                + types.entrySet().stream()
                        .map(column -> RootDatabase.quoted(column.getKey()) + " " + column.getValue())
                        .collect(Collectors.joining(", "))
                + ", primary key (" + quoted(primaryKey) + "))");
        execute("comment on table " + table + " is '" + mark + "'");
        execute("alter table " + table + " owner to " + RootDatabase.SUPERUSER_ROLE);
        return move(types, primaryKey, timeseriesKey);
    }

    /** Replaces the rows, not the table. */
    long replace(SourceTable source, List<String> primaryKey, String timeseriesKey) throws SQLException, IOException {
        Map<String, String> types = types(stage(source));
        execute("delete from " + table);
        return move(types, primaryKey, timeseriesKey);
    }

    private List<String> stage(SourceTable source) throws SQLException, IOException {
        List<String> columns = source.columns();
        execute("create temp table lakebase_local_staging ("
                + columns.stream()
                        .map(column -> RootDatabase.quoted(column) + " text")
                        .collect(Collectors.joining(", "))
                + ") on commit drop");
        try (InputStream rows = source.copyStream(columns)) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("copy " + STAGING + " from stdin (format csv, header true, encoding 'utf8')", rows);
        }
        return columns;
    }

    private Map<String, String> types(List<String> columns) throws SQLException {
        List<String> guesses = new ArrayList<>();
        for (String column : columns) {
            String c = RootDatabase.quoted(column);
            guesses.add("case when count(" + c + ") = 0 then 'text'"
                    + guess(c, "^-?[0-9]+$", "bigint")
                    + guess(c, "^-?[0-9]", "numeric")
                    + guess(c, "^(true|false)$", "boolean")
                    + guess(c, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "date")
                    + guess(c, "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]", "timestamptz")
                    + guess(c, "^[[{]", "jsonb")
                    + " else 'text' end");
        }
        var types = new LinkedHashMap<String, String>();
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select " + String.join(", ", guesses) + " from " + STAGING)) {
            row.next();
            for (int i = 0; i < columns.size(); i++) {
                types.put(columns.get(i), row.getString(i + 1));
            }
        }
        return types;
    }

    private static String guess(String column, String shape, String type) {
        return " when bool_and(" + column + " ~ '" + shape + "' and pg_input_is_valid(" + column + ", '" + type
                + "')) then '" + type + "'";
    }

    private long move(Map<String, String> types, List<String> primaryKey, String timeseriesKey) throws SQLException {
        String values = types.entrySet().stream()
                .map(column -> RootDatabase.quoted(column.getKey()) + "::" + column.getValue())
                .collect(Collectors.joining(", "));
        String insert = "insert into " + table + " (" + quoted(List.copyOf(types.keySet())) + ") select ";
        if (timeseriesKey.isEmpty()) {
            return execute(insert + values + " from " + STAGING);
        }
        // of rows with one key the latest counts
        return execute(insert + "distinct on (" + quoted(primaryKey) + ") " + values + " from " + STAGING + " order by "
                + quoted(primaryKey) + ", " + RootDatabase.quoted(timeseriesKey) + "::"
                + types.getOrDefault(timeseriesKey, "text") + " desc");
    }

    private static String quoted(List<String> columns) {
        return columns.stream().map(RootDatabase::quoted).collect(Collectors.joining(", "));
    }

    private long execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
            return Math.max(0, statement.getUpdateCount());
        }
    }
}
