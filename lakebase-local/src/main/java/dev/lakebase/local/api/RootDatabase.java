package dev.lakebase.local.api;

import dev.lakebase.local.storage.Cluster;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What the platform puts into the first branch of a project; every other branch has it by being a copy. */
final class RootDatabase {
    static final String DATABASE = "databricks_postgres";
    static final String SUPERUSER_ROLE = "databricks_superuser";

    /** Where the superuser may run queries: in databases of the users' own, their functions could take the place of PostgreSQL's. */
    static final String MAINTENANCE_DATABASE = "template1";

    private RootDatabase() {}

    static void prepare(Cluster cluster, List<Principal> principals) throws SQLException {
        try (Connection connection = cluster.connect(DATABASE);
                var statement = connection.createStatement()) {
            // one batch, one transaction, one round trip
            // logs in for synced tables alone; the gateway turns it down
            statement.addBatch("alter role " + SUPERUSER_ROLE + " login createdb createrole");
            statement.addBatch(
                    "grant pg_read_all_data, pg_write_all_data, pg_monitor, pg_signal_backend to " + SUPERUSER_ROLE);
            statement.addBatch("alter database " + DATABASE + " owner to " + SUPERUSER_ROLE);
            statement.addBatch("alter schema public owner to " + SUPERUSER_ROLE);
            for (Principal principal : principals) {
                for (String sql : RoleRecord.forPrincipal(principal).createStatements()) {
                    statement.addBatch(sql);
                }
            }
            connection.setAutoCommit(false);
            statement.executeBatch();
            connection.commit();
        }
    }

    /** What adding the database as a resource of a Databricks App gives to the app: CONNECT and CREATE, and no more. */
    static void addApps(Place place, List<Principal> apps) {
        for (Principal app : apps) {
            var statements = new ArrayList<>(RoleRecord.forApp(app).createStatements());
            statements.add("grant connect, create on database " + DATABASE + " to " + quoted(app.userName()));
            place.execute(MAINTENANCE_DATABASE, statements);
        }
    }

    static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    static String literal(String text) {
        // standard_conforming_strings is on in every cluster here, so only the quote itself is special
        return '\'' + text.replace("'", "''") + '\'';
    }
}
