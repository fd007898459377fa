package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /api/2.0/postgres/projects/…/branches/…/roles}. Roles live in the branch's PostgreSQL and are copied with it. */
final class Roles {
    private static final String ALL = ApiServer.PREFIX + "/projects/{project}/branches/{branch}/roles";
    private static final String ONE = ALL + "/{role}";
    private static final Set<String> MASKS = Set.of(
            "spec",
            "spec.attributes",
            "spec.attributes.bypassrls",
            "spec.attributes.createdb",
            "spec.attributes.createrole",
            "spec.auth_method",
            "spec.identity_type",
            "spec.membership_roles",
            "spec.postgres_role");

    private final Platform platform;

    Roles(Platform platform) {
        this.platform = platform;
    }

    void addTo(Routes routes) {
        routes.add("GET", ALL, this::list)
                .add("POST", ALL, this::create)
                .add("GET", ONE, this::get)
                .add("PATCH", ONE, this::update)
                .add("DELETE", ONE, this::delete);
    }

    private static List<RoleRecord> roles(Place place) {
        return place.maintain(RoleRecord::all);
    }

    private static @Nullable RoleRecord find(List<RoleRecord> roles, String id) {
        return roles.stream().filter(role -> role.id().equals(id)).findFirst().orElse(null);
    }

    private static RoleRecord require(List<RoleRecord> roles, String id) {
        RoleRecord role = find(roles, id);
        if (role == null) {
            throw ApiException.notFound("role");
        }
        return role;
    }

    private JsonNode list(Call call) {
        Place place = Place.of(platform, call);
        return Pages.of(call, roles(place), RoleRecord::id).toJson("roles", role -> role.toJson(place.name()));
    }

    private JsonNode get(Call call) {
        Place place = Place.of(platform, call);
        return require(roles(place), call.path("role")).toJson(place.name());
    }

    private JsonNode create(Call call) {
        Place place = Place.of(platform, call);
        String asked = call.query("role_id");
        String id = Ids.requireLong(
                "role_id",
                asked.isEmpty() ? "role-" + UUID.randomUUID().toString().substring(0, 8) : asked);
        ObjectNode spec = Json.child(call.json(), "spec");
        List<RoleRecord> roles = roles(place);
        RoleRecord existing = find(roles, id);
        RoleRecord role = RoleRecord.fromSpec(id, existing == null ? id : existing.postgresRole(), spec);
        role.requireUsableName();
        if (existing == null) {
            requireFree(roles, role.postgresRole());
            return begin(place, role, role.createStatements());
        }
        if (!call.isSet("replace_existing")) {
            throw ApiException.duplicate("role");
        }
        return alter(place, roles, existing, role);
    }

    private JsonNode update(Call call) {
        Place place = Place.of(platform, call);
        ObjectNode body = call.json();
        UpdateMask mask = UpdateMask.of(call, body, MASKS);
        List<RoleRecord> roles = roles(place);
        RoleRecord old = require(roles, call.path("role"));
        RoleRecord wanted = RoleRecord.fromSpec(old.id(), old.postgresRole(), Json.child(body, "spec"));
        return alter(place, roles, old, old.with(mask, wanted));
    }

    private JsonNode alter(Place place, List<RoleRecord> roles, RoleRecord old, RoleRecord wanted) {
        if (!old.postgresRole().equals(wanted.postgresRole())) {
            wanted.requireUsableName();
            requireFree(roles, wanted.postgresRole());
        }
        return begin(place, wanted, wanted.alterStatements(old));
    }

    private static void requireFree(List<RoleRecord> roles, String name) {
        if (roles.stream().anyMatch(other -> other.postgresRole().equals(name))) {
            throw ApiException.duplicate("role");
        }
    }

    private JsonNode begin(Place place, RoleRecord role, List<String> statements) {
        Operation operation = platform.operations().register(place.name() + "/roles/" + role.id(), "Role");
        return platform.operations()
                .begin(operation, () -> {
                    place.execute(RootDatabase.MAINTENANCE_DATABASE, statements);
                    return role.toJson(place.name());
                })
                .toJson();
    }

    private JsonNode delete(Call call) {
        Place place = Place.of(platform, call);
        List<RoleRecord> roles = roles(place);
        RoleRecord role = require(roles, call.path("role"));
        String asked = call.query("reassign_owned_to");
        RoleRecord heir = asked.isEmpty() ? null : require(roles, asked.substring(asked.lastIndexOf('/') + 1));
        Operation operation = platform.operations().register(place.name() + "/roles/" + role.id(), "Role");
        return platform.operations()
                .begin(operation, () -> {
                    if (heir != null) {
                        for (DatabaseRecord database : place.maintain(DatabaseRecord::all)) {
                            place.execute(database.postgresDatabase(), role.inheritanceStatements(heir.postgresRole()));
                        }
                    }
                    place.execute(RootDatabase.MAINTENANCE_DATABASE, List.of(role.dropStatement()));
                    return null;
                })
                .toJson();
    }
}
