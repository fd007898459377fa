package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/2.0/postgres/projects/…/branches/…/databases}. They live in the branch's PostgreSQL and are copied with it. */
final class Databases {
    private static final String ALL = ApiServer.PREFIX + "/projects/{project}/branches/{branch}/databases";
    private static final String ONE = ALL + "/{database}";
    private static final Set<String> MASKS = Set.of("spec", "spec.postgres_database", "spec.role");

    private final Platform platform;

    Databases(Platform platform) {
        this.platform = platform;
    }

    void addTo(Routes routes) {
        routes.add("GET", ALL, this::list)
                .add("POST", ALL, this::create)
                .add("GET", ONE, this::get)
                .add("PATCH", ONE, this::update)
                .add("DELETE", ONE, this::delete);
    }

    /** What there is, read in one session. */
    private record Contents(List<DatabaseRecord> databases, List<RoleRecord> roles) {
        static Contents read(Connection connection) throws SQLException {
            return new Contents(DatabaseRecord.all(connection), RoleRecord.all(connection));
        }

        @Nullable
        DatabaseRecord find(String id) {
            return databases.stream()
                    .filter(database -> database.id().equals(id))
                    .findFirst()
                    .orElse(null);
        }

        DatabaseRecord require(String id) {
            DatabaseRecord found = find(id);
            if (found == null) {
                throw ApiException.notFound("database");
            }
            return found;
        }

        void requireFree(String name) {
            if (databases.stream().anyMatch(other -> other.postgresDatabase().equals(name))) {
                throw ApiException.duplicate("database");
            }
        }

        /** The owner's name in Postgres. */
        String owner(Place place, String role) {
            String prefix = place.name() + "/roles/";
            if (!role.startsWith(prefix)) {
                throw ApiException.invalid("Field 'database.spec.role' must be a role of the same branch, such as \""
                        + prefix + "…\", not \"" + role + "\"");
            }
            return roles.stream()
                    .filter(candidate -> candidate.id().equals(role.substring(prefix.length())))
                    .findFirst()
                    .orElseThrow(() -> ApiException.notFound("role"))
                    .postgresRole();
        }

        ObjectNode toJson(Place place, DatabaseRecord database) {
            String role = roles.stream()
                    .filter(candidate -> candidate.postgresRole().equals(database.owner()))
                    .map(owner -> place.name() + "/roles/" + owner.id())
                    .findFirst()
                    .orElse(null);
            return database.toJson(place.name(), role);
        }
    }

    private JsonNode list(Call call) {
        Place place = Place.of(platform, call);
        Contents contents = place.maintain(Contents::read);
        return Pages.of(call, contents.databases, DatabaseRecord::id)
                .toJson("databases", database -> contents.toJson(place, database));
    }

    private JsonNode get(Call call) {
        Place place = Place.of(platform, call);
        Contents contents = place.maintain(Contents::read);
        return contents.toJson(place, contents.require(call.path("database")));
    }

    private JsonNode create(Call call) {
        Place place = Place.of(platform, call);
        String id = Ids.requireLong("database_id", call.query("database_id"));
        ObjectNode spec = Json.child(call.json(), "spec");
        String role = Json.text(spec, "role");
        if (role == null || role.isEmpty()) {
            throw ApiException.required("database.spec.role");
        }
        Contents contents = place.maintain(Contents::read);
        DatabaseRecord existing = contents.find(id);
        var database = new DatabaseRecord(
                id,
                DatabaseRecord.name(spec, existing == null ? id : existing.postgresDatabase()),
                contents.owner(place, role));
        if (existing == null) {
            contents.requireFree(database.postgresDatabase());
            return begin(
                    place,
                    database,
                    () -> place.maintain(connection -> {
                        try (var statement = connection.createStatement()) {
                            for (String sql : database.createStatements()) {
                                statement.execute(sql);
                            }
                            return "";
                        }
                    }));
        }
        if (!call.isSet("replace_existing")) {
            throw ApiException.duplicate("database");
        }
        return alter(place, contents, existing, database);
    }

    private JsonNode update(Call call) {
        Place place = Place.of(platform, call);
        ObjectNode body = call.json();
        UpdateMask mask = UpdateMask.of(call, body, MASKS);
        ObjectNode spec = Json.child(body, "spec");
        Contents contents = place.maintain(Contents::read);
        DatabaseRecord old = contents.require(call.path("database"));
        String role = mask.covers("spec.role") ? Json.text(spec, "role") : null;
        return alter(
                place,
                contents,
                old,
                new DatabaseRecord(
                        old.id(),
                        mask.covers("spec.postgres_database")
                                ? DatabaseRecord.name(spec, old.postgresDatabase())
                                : old.postgresDatabase(),
                        role == null ? old.owner() : contents.owner(place, role)));
    }

    private JsonNode alter(Place place, Contents contents, DatabaseRecord old, DatabaseRecord wanted) {
        if (!old.postgresDatabase().equals(wanted.postgresDatabase())) {
            contents.requireFree(wanted.postgresDatabase());
        }
        return begin(
                place, wanted, () -> place.execute(RootDatabase.MAINTENANCE_DATABASE, wanted.alterStatements(old)));
    }

    private JsonNode begin(Place place, DatabaseRecord database, Runnable change) {
        Operation operation = platform.operations().register(place.name() + "/databases/" + database.id(), "Database");
        return platform.operations()
                .begin(operation, () -> {
                    change.run();
                    return place.maintain(Contents::read).toJson(place, database);
                })
                .toJson();
    }

    private JsonNode delete(Call call) {
        Place place = Place.of(platform, call);
        DatabaseRecord database = place.maintain(Contents::read).require(call.path("database"));
        Operation operation = platform.operations().register(place.name() + "/databases/" + database.id(), "Database");
        return platform.operations()
                .begin(operation, () -> {
                    place.maintain(connection -> {
                        try (var statement = connection.createStatement()) {
                            return statement.execute("drop database " + RootDatabase.quoted(database.postgresDatabase())
                                    + " with (force)");
                        }
                    });
                    return null;
                })
                .toJson();
    }
}
