package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.local.storage.Cluster;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Postgres role as the API shows it. What Postgres does not know of it, its id and kind of identity, is kept in the
 * role's comment, and so travels with every copy of the branch.
 */
record RoleRecord(
        String id,
        String postgresRole,
        String identityType,
        String authMethod,
        boolean superuserMember,
        boolean createdb,
        boolean createrole,
        boolean bypassrls) {

    private static final String UNSPECIFIED = "IDENTITY_TYPE_UNSPECIFIED";
    private static final String OAUTH = "LAKEBASE_OAUTH_V1";
    private static final String NO_LOGIN = "NO_LOGIN";
    private static final String PASSWORD = "PG_PASSWORD_SCRAM_SHA_256";
    private static final String MEMBERSHIP = "DATABRICKS_SUPERUSER";
    private static final Set<String> IDENTITY_TYPES = Set.of("USER", "SERVICE_PRINCIPAL", "GROUP", UNSPECIFIED);
    private static final Set<String> AUTH_METHODS = Set.of(OAUTH, NO_LOGIN, PASSWORD);
    /** NAMEDATALEN - 1: PostgreSQL would cut a longer name. */
    private static final int MAX_NAME_BYTES = 63;

    private static final String QUERY = """
            select r.rolname, r.rolcanlogin, r.rolcreatedb, r.rolcreaterole, r.rolbypassrls, a.rolpassword is not null,
                   exists (select from pg_auth_members m join pg_roles g on g.oid = m.roleid
                           where m.member = r.oid and g.rolname = 'databricks_superuser'),
                   shobj_description(r.oid, 'pg_authid')
            from pg_roles r join pg_authid a on a.oid = r.oid
            where r.rolname !~ '^pg_' and r.rolname not in ('databricks_superuser', 'cloud_admin')
            order by r.rolname
            """;

    static List<RoleRecord> all(Connection connection) throws SQLException {
        var roles = new ArrayList<RoleRecord>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(QUERY)) {
            while (rows.next()) {
                String name = rows.getString(1);
                ObjectNode kept = kept(rows.getString(8));
                String derived = !rows.getBoolean(2) ? NO_LOGIN : rows.getBoolean(6) ? PASSWORD : OAUTH;
                roles.add(new RoleRecord(
                        kept.path("role_id").asText(Ids.derived("role", name)),
                        name,
                        kept.path("identity_type").asText(UNSPECIFIED),
                        kept.path("auth_method").asText(derived),
                        rows.getBoolean(7),
                        rows.getBoolean(3),
                        rows.getBoolean(4),
                        rows.getBoolean(5)));
            }
        }
        return roles;
    }

    /** What this control plane has put into a comment; empty for one of the user's own. */
    static ObjectNode kept(@Nullable String comment) {
        if (comment == null || !comment.startsWith("{")) {
            return Json.object();
        }
        try {
            return Json.parse(comment.getBytes(StandardCharsets.UTF_8));
        } catch (ApiException e) {
            return Json.object(); // a comment of the user's own
        }
    }

    static RoleRecord forPrincipal(Principal principal) {
        return new RoleRecord(
                Ids.derived("role", principal.userName()),
                principal.userName(),
                principal.kind().name(),
                OAUTH,
                true,
                true,
                true,
                false);
    }

    /** A role that may log in, and no more. */
    static RoleRecord forApp(Principal app) {
        return new RoleRecord(
                Ids.derived("role", app.userName()),
                app.userName(),
                app.kind().name(),
                OAUTH,
                false,
                false,
                false,
                false);
    }

    /** @param name the name in Postgres if the spec has none */
    static RoleRecord fromSpec(String id, String name, ObjectNode spec) {
        String postgresRole = Objects.requireNonNullElse(Json.text(spec, "postgres_role"), name);
        if (postgresRole.isEmpty() || postgresRole.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw ApiException.invalid("Field 'spec.postgres_role' must have 1 to " + MAX_NAME_BYTES + " bytes");
        }
        if (postgresRole.indexOf(0) >= 0) {
            throw ApiException.invalid("Field 'spec.postgres_role' must not contain a NUL character");
        }
        String identity = oneOf("identity_type", IDENTITY_TYPES, Json.text(spec, "identity_type"), UNSPECIFIED);
        String byIdentity = switch (identity) {
            case "GROUP" -> NO_LOGIN;
            case "USER", "SERVICE_PRINCIPAL" -> OAUTH;
            default -> PASSWORD;
        };
        boolean member = false;
        for (JsonNode role : spec.path("membership_roles")) {
            oneOf("membership_roles", Set.of(MEMBERSHIP), role.asText(), MEMBERSHIP);
            member = true;
        }
        ObjectNode attributes = Json.child(spec, "attributes");
        return new RoleRecord(
                id,
                postgresRole,
                identity,
                oneOf("auth_method", AUTH_METHODS, Json.text(spec, "auth_method"), byIdentity),
                member,
                Boolean.TRUE.equals(Json.bool(attributes, "createdb")),
                Boolean.TRUE.equals(Json.bool(attributes, "createrole")),
                Boolean.TRUE.equals(Json.bool(attributes, "bypassrls")));
    }

    /** This role with what the mask names taken from another. */
    RoleRecord with(UpdateMask mask, RoleRecord wanted) {
        return new RoleRecord(
                id,
                mask.covers("spec.postgres_role") ? wanted.postgresRole : postgresRole,
                mask.covers("spec.identity_type") ? wanted.identityType : identityType,
                mask.covers("spec.auth_method") ? wanted.authMethod : authMethod,
                mask.covers("spec.membership_roles") ? wanted.superuserMember : superuserMember,
                mask.covers("spec.attributes.createdb") ? wanted.createdb : createdb,
                mask.covers("spec.attributes.createrole") ? wanted.createrole : createrole,
                mask.covers("spec.attributes.bypassrls") ? wanted.bypassrls : bypassrls);
    }

    private static String oneOf(String field, Set<String> known, @Nullable String value, String byDefault) {
        if (value == null) {
            return byDefault;
        }
        if (!known.contains(value)) {
            throw ApiException.invalid("Field 'spec." + field + "' is \"" + value + "\", expected one of " + known);
        }
        return value;
    }

    /** PostgreSQL and the platform keep some names for themselves. */
    void requireUsableName() {
        if (isReserved()) {
            throw ApiException.invalid("role name \"" + postgresRole + "\" is reserved");
        }
    }

    private boolean isReserved() {
        return postgresRole.startsWith("pg_")
                || postgresRole.equals(Cluster.SUPERUSER)
                || postgresRole.equals(RootDatabase.SUPERUSER_ROLE)
                || postgresRole.equals("public")
                || postgresRole.equals("none");
    }

    List<String> createStatements() {
        var statements = new ArrayList<String>();
        statements.add("create role " + RootDatabase.quoted(postgresRole) + attributes());
        if (superuserMember) {
            statements.add(membership(true));
        }
        statements.add(comment());
        return statements;
    }

    /** From what it was to what it is in this record. */
    List<String> alterStatements(RoleRecord old) {
        var statements = new ArrayList<String>();
        if (!old.postgresRole.equals(postgresRole)) {
            statements.add("alter role " + RootDatabase.quoted(old.postgresRole) + " rename to "
                    + RootDatabase.quoted(postgresRole));
        }
        statements.add("alter role " + RootDatabase.quoted(postgresRole) + attributes());
        if (old.superuserMember != superuserMember) {
            statements.add(membership(superuserMember));
        }
        statements.add(comment());
        return statements;
    }

    private String attributes() {
        return (authMethod.equals(NO_LOGIN) ? " nologin" : " login")
                + (createdb ? " createdb" : " nocreatedb")
                + (createrole ? " createrole" : " nocreaterole")
                + (bypassrls ? " bypassrls" : " nobypassrls");
    }

    private String membership(boolean member) {
        String role = RootDatabase.quoted(postgresRole);
        return member
                ? "grant " + RootDatabase.SUPERUSER_ROLE + " to " + role + " with admin option"
                : "revoke " + RootDatabase.SUPERUSER_ROLE + " from " + role + " cascade";
    }

    private String comment() {
        ObjectNode kept = Json.object()
                .put("role_id", id)
                .put("identity_type", identityType)
                .put("auth_method", authMethod);
        return "comment on role " + RootDatabase.quoted(postgresRole) + " is " + RootDatabase.literal(kept.toString());
    }

    /** In every database, before the role can be dropped: what it owns goes to another, what it may do ends. */
    List<String> inheritanceStatements(String heir) {
        String role = RootDatabase.quoted(postgresRole);
        return List.of("reassign owned by " + role + " to " + RootDatabase.quoted(heir), "drop owned by " + role);
    }

    String dropStatement() {
        return "drop role " + RootDatabase.quoted(postgresRole);
    }

    ObjectNode toJson(String branch) {
        ObjectNode json = Json.object()
                .put("name", branch + "/roles/" + id)
                .put("role_id", id)
                .put("parent", branch);
        ObjectNode status = json.putObject("status")
                .put("role_id", id)
                .put("postgres_role", postgresRole)
                .put("identity_type", identityType)
                .put("auth_method", authMethod);
        status.putObject("attributes")
                .put("createdb", createdb)
                .put("createrole", createrole)
                .put("bypassrls", bypassrls);
        ArrayNode memberships = status.putArray("membership_roles");
        if (superuserMember) {
            memberships.add(MEMBERSHIP);
        }
        return json;
    }
}
