package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A database as the API shows it. Its id is kept in the database's comment, and so travels with every copy of the branch.
 *
 * @param id {@code databricks-postgres}
 * @param postgresDatabase {@code databricks_postgres}
 * @param owner the role's name in Postgres
 */
record DatabaseRecord(String id, String postgresDatabase, String owner) {
    /** NAMEDATALEN - 1: PostgreSQL would cut a longer name. */
    private static final int MAX_NAME_BYTES = 63;

    private static final String QUERY = """
            select d.datname, pg_get_userbyid(d.datdba), shobj_description(d.oid, 'pg_database')
            from pg_database d where not d.datistemplate and d.datname <> 'postgres' order by d.oid
            """;

    static List<DatabaseRecord> all(Connection connection) throws SQLException {
        var databases = new ArrayList<DatabaseRecord>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(QUERY)) {
            while (rows.next()) {
                String name = rows.getString(1);
                ObjectNode kept = RoleRecord.kept(rows.getString(3));
                databases.add(new DatabaseRecord(
                        kept.path("database_id").asText(Ids.derived("db", name)), name, rows.getString(2)));
            }
        }
        return databases;
    }

    /** The name that Postgres is to know it by. */
    static String name(ObjectNode spec, String byDefault) {
        String name = Objects.requireNonNullElse(Json.text(spec, "postgres_database"), byDefault);
        if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw ApiException.invalid("Field 'spec.postgres_database' must have 1 to " + MAX_NAME_BYTES + " bytes");
        }
        if (name.indexOf(0) >= 0 || name.equals("postgres") || name.startsWith("template")) {
            throw ApiException.invalid("Field 'spec.postgres_database' must not contain a NUL character, and not be"
                    + " postgres or begin with template");
        }
        return name;
    }

    /** Each on its own: CREATE DATABASE takes no transaction. */
    List<String> createStatements() {
        // template1 may have a session in it, this one for example
        return List.of(
                "create database " + RootDatabase.quoted(postgresDatabase) + " template template0 owner "
                        + RootDatabase.quoted(owner),
                comment());
    }

    /** One that nobody has asked for by itself: its id is derived, its owner the platform's role. */
    static void createForPlatform(Place place, String name) {
        var database =
                new DatabaseRecord(Ids.derived("db", name), name(Json.object(), name), RootDatabase.SUPERUSER_ROLE);
        place.maintain(connection -> {
            try (var statement = connection.createStatement()) {
                for (String sql : database.createStatements()) {
                    statement.execute(sql);
                }
                return "";
            }
        });
    }

    /** From what it was to what it is in this record, in one transaction. */
    List<String> alterStatements(DatabaseRecord old) {
        var statements = new ArrayList<String>();
        if (!old.owner.equals(owner)) {
            statements.add("alter database " + RootDatabase.quoted(old.postgresDatabase) + " owner to "
                    + RootDatabase.quoted(owner));
        }
        if (!old.postgresDatabase.equals(postgresDatabase)) {
            statements.add("alter database " + RootDatabase.quoted(old.postgresDatabase) + " rename to "
                    + RootDatabase.quoted(postgresDatabase));
        }
        statements.add(comment()); // keeps the id although the name it could be derived from has changed
        return statements;
    }

    private String comment() {
        return "comment on database " + RootDatabase.quoted(postgresDatabase) + " is "
                + RootDatabase.literal(Json.object().put("database_id", id).toString());
    }

    /** @param role the owner's resource name; null if the platform owns it */
    ObjectNode toJson(String branch, @Nullable String role) {
        ObjectNode json = Json.object()
                .put("name", branch + "/databases/" + id)
                .put("database_id", id)
                .put("parent", branch);
        ObjectNode status = json.putObject("status").put("database_id", id).put("postgres_database", postgresDatabase);
        if (role != null) {
            status.put("role", role);
        }
        return json;
    }
}
