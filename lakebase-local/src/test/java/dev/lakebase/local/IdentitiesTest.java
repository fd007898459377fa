package dev.lakebase.local;

import static dev.lakebase.local.Pg.execute;
import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jwt.SignedJWT;
import dev.lakebase.local.api.Permission;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;

/** Several principals, what they may do with a project, and what they are in Postgres. */
class IdentitiesTest {
    private static final String BRANCHES = "projects/local/branches";
    private static final String ANN = "ann@example.com";
    private static final String BOB = "bob@example.com";
    private static final String EVE = "eve@example.com";
    private static LakebaseLocal local;

    @BeforeAll
    static void start() {
        local = LakebaseLocal.builder()
                .addUser(ANN, Permission.CAN_MANAGE)
                .addUser(BOB, Permission.NONE, "analysts")
                .addUser(EVE, Permission.NONE)
                .addServicePrincipal("etl", Permission.CAN_USE)
                .addApp("shop-front")
                .addGroup("analysts", Permission.CAN_USE)
                .start();
    }

    @AfterAll
    static void close() {
        local.close();
    }

    private static Rest as(String name) {
        LocalIdentity identity = local.identity(name);
        String bearer = identity.token().isEmpty()
                ? OAuth.accessToken(local, identity.userName(), identity.clientSecret())
                        .expect(200)
                        .text("/access_token")
                : identity.token();
        return new Rest(local.host(), bearer);
    }

    private static Connection login(String name, String user) throws SQLException {
        var rest = as(name);
        return Pg.connect(local, rest.gatewayPort(local.endpoint()), user, rest.credential(local.endpoint()));
    }

    @Test
    void everyoneIsWhoTheirTokenSays() {
        assertThat(as(BOB).get("/api/2.0/preview/scim/v2/Me").text("/userName")).isEqualTo(BOB);
        assertThat(as(BOB).get("/api/2.0/preview/scim/v2/Me").text("/groups/0/display"))
                .isEqualTo("analysts");
        LocalIdentity etl = local.identity("etl");
        assertThat(as("etl").get("/api/2.0/preview/scim/v2/Me").text("/userName"))
                .isEqualTo(etl.userName());
        OAuth.accessToken(local, etl.userName(), local.clientSecret()).expect(401);
        assertThat(etl.toString()).doesNotContain(etl.clientSecret());
        assertThat(local.environment("etl"))
                .containsEntry("DATABRICKS_CLIENT_SECRET", etl.clientSecret())
                .containsEntry("PGUSER", etl.userName())
                .doesNotContainKey("DATABRICKS_TOKEN");
        assertThatThrownBy(() -> local.identity("nobody")).hasMessageContaining("expected one of");
    }

    @Test
    void managingTakesCanManageAndReadingCanUse() {
        String spec = "{\"spec\": {\"ttl\": \"3600s\"}}";
        as("etl").get(BRANCHES + "/production").expect(200);
        as("etl")
                .post(BRANCHES + "?branch_id=forbidden", spec)
                .expectError(403, "PERMISSION_DENIED", "does not have CAN MANAGE permission on project 'local'");
        as("etl")
                .call("PATCH", BRANCHES + "/production?update_mask=spec.is_protected", "{}")
                .expect(403);
        as("etl").delete(BRANCHES + "/production").expect(403);
        as("etl")
                .call("PATCH", local.endpoint() + "?update_mask=spec.disabled", "{\"spec\":{\"disabled\":true}}")
                .expect(403);
        as(EVE).get(BRANCHES + "/production").expectError(403, "PERMISSION_DENIED", "does not have CAN USE permission");
        as(EVE).post("credentials", "{\"endpoint\": \"" + local.endpoint() + "\"}")
                .expect(403);
        assertThat(as(EVE).get("projects").expect(200).json().path("projects")).isEmpty();
        as(EVE).get("/api/2.0/database/instances/local").expect(403);
        Rest ann = as(ANN);
        ann.succeed(ann.post(BRANCHES + "?branch_id=allowed", spec));
        ann.succeed(ann.delete(BRANCHES + "/allowed?purge=true"));
    }

    @Test
    void whoCreatesAProjectOwnsIt() {
        Rest eve = as(EVE);
        eve.succeed(eve.post("projects?project_id=eves", ""));
        assertThat(eve.get("projects").json().findValuesAsText("name")).containsExactly("projects/eves");
        as(ANN).get("projects/eves").expect(403);
        eve.succeed(eve.delete("projects/eves?purge=true"));
    }

    @Test
    void aGroupsPermissionIsItsMembersAndSoIsItsRole() throws Exception {
        as(BOB).get(BRANCHES + "/production").expect(200);
        var owner = new Rest(local);
        String roles = BRANCHES + "/production/roles";
        owner.succeed(owner.post(
                roles + "?role_id=analysts",
                "{\"spec\": {\"identity_type\": \"GROUP\", \"auth_method\": \"LAKEBASE_OAUTH_V1\"}}"));
        try (var session = login(BOB, "analysts")) {
            assertThat(query(session, "select current_user")).isEqualTo("analysts");
        }
        assertThat(catchThrowableOfType(
                                PSQLException.class,
                                () -> login(ANN, "analysts").close())
                        .getSQLState())
                .isEqualTo("28P01");
        owner.succeed(owner.delete(roles + "/analysts"));
    }

    @Test
    void permissionOnTheProjectIsNoRoleAndARoleIsNoGrant() throws Exception {
        var none =
                catchThrowableOfType(PSQLException.class, () -> login(ANN, ANN).close());
        assertThat(none.getSQLState()).isEqualTo("28000");
        assertThat(none.getMessage()).contains("does not exist on branch");
        try (var owner = Pg.connect(local, local.endpoint())) {
            execute(owner, "create table payroll (n int)");
        }
        var rest = new Rest(local);
        String role = BRANCHES + "/production/roles";
        rest.succeed(rest.post(
                role + "?role_id=annrole",
                "{\"spec\": {\"postgres_role\": \"" + ANN + "\", \"identity_type\": \"USER\"}}"));
        rest.createBranch("with-ann", "production");
        try {
            for (String endpoint : List.of(local.endpoint(), BRANCHES + "/with-ann/endpoints/primary")) {
                try (var session = Pg.connect(local, rest.gatewayPort(endpoint), ANN, as(ANN).credential(endpoint))) {
                    assertThatThrownBy(() -> query(session, "select n from payroll"))
                            .isInstanceOfSatisfying(
                                    SQLException.class,
                                    e -> assertThat(e.getSQLState()).isEqualTo("42501"));
                }
            }
            try (var owner = Pg.connect(local, local.endpoint())) {
                execute(owner, "grant select on payroll to \"" + ANN + "\"");
            }
            try (var session = login(ANN, ANN)) {
                assertThat(query(session, "select count(*) from payroll")).isEqualTo("0");
            }
            try (var session = Pg.connect(
                    local,
                    rest.gatewayPort(BRANCHES + "/with-ann/endpoints/primary"),
                    ANN,
                    as(ANN).credential(local.endpoint()))) {
                assertThatThrownBy(() -> query(session, "select n from payroll"))
                        .as("a branch is independent from the moment it was taken")
                        .hasMessageContaining("permission denied");
            }
        } finally {
            rest.deleteBranch("with-ann");
            rest.succeed(rest.delete(role + "/annrole?reassign_owned_to=" + role + "/dev-example-com"));
        }
    }

    @Test
    void anAppMayConnectAndCreateAndNoMore() throws Exception {
        String app = local.identity("shop-front").userName();
        try (var owner = Pg.connect(local, local.endpoint())) {
            execute(owner, "create table ledger (n int)");
        }
        try (var session = login("shop-front", app)) {
            assertThatThrownBy(() -> query(session, "select n from ledger")).hasMessageContaining("permission denied");
            assertThatThrownBy(() -> execute(session, "create table public.mine (n int)"))
                    .hasMessageContaining("permission denied for schema public");
            execute(session, "create schema shop create table cart (n int)");
            assertThat(query(session, "select count(*) from shop.cart")).isEqualTo("0");
            assertThatThrownBy(() -> execute(session, "create role friend")).hasMessageContaining("permission denied");
        }
        as("shop-front")
                .post(BRANCHES + "?branch_id=x", "{\"spec\": {\"ttl\": \"60s\"}}")
                .expect(403);
    }

    /** Of a project that is hers, for of others she may not mint; a token is good for the whole workspace. */
    private static String tokenOfEve() {
        Rest eve = as(EVE);
        eve.succeed(eve.post("projects?project_id=eves-own", ""));
        String token = eve.credential("projects/eves-own/branches/production/endpoints/primary");
        eve.succeed(eve.delete("projects/eves-own?purge=true"));
        return token;
    }

    @Test
    void rolesAreCreatedInSqlAsOnThePlatform() throws Exception {
        var rest = new Rest(local);
        rest.createBranch("by-sql", "production");
        String branch = BRANCHES + "/by-sql";
        try (var owner = Pg.connect(local, branch + "/endpoints/primary")) {
            execute(owner, "create extension if not exists databricks_auth");
            execute(owner, "select databricks_create_role('" + EVE + "', 'USER')");
            assertThatThrownBy(() -> execute(owner, "select databricks_create_role('" + EVE + "', 'USER')"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42710"));
            assertThatThrownBy(() -> execute(owner, "select databricks_create_role('x@example.com', 'ROBOT')"))
                    .hasMessageContaining("expected USER, SERVICE_PRINCIPAL or GROUP");
            assertThatThrownBy(() -> execute(owner, "select databricks_create_role('cloud_admin', 'USER')"))
                    .hasMessageContaining("no name of the platform's");
            assertThat(query(owner, "select identity_type from databricks_list_roles where role_name = '" + EVE + "'"))
                    .isEqualTo("USER");
            assertThat(rest.get(branch + "/roles/eve-example-com").expect(200).text("/status/identity_type"))
                    .isEqualTo("USER");
            try (var session = Pg.connect(local, rest.gatewayPort(branch + "/endpoints/primary"), EVE, tokenOfEve())) {
                assertThatThrownBy(() -> execute(session, "select databricks_create_role('y@example.com', 'USER')"))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("42501"));
            }
            execute(owner, "drop role \"" + EVE + "\"");
        } finally {
            rest.deleteBranch("by-sql");
        }
    }

    @Test
    void claimsAreInTheTokenAndNothingElseIsAccepted() throws Exception {
        var rest = new Rest(local);
        String token = rest.post("credentials", """
                        {"endpoint": "%s", "ttl": "600s", "claims": [
                          {"permission_set": "READ_ONLY", "resources": [{"table_name": "main.public.orders"}]}]}
                        """.formatted(local.endpoint()))
                .expect(200)
                .text("/token");
        assertThat(SignedJWT.parse(token).getJWTClaimsSet().getClaim("claims"))
                .isEqualTo(List.of(Map.of(
                        "permission_set",
                        "READ_ONLY",
                        "resources",
                        List.of(Map.of("table_name", "main.public.orders")))));
        rest.post("credentials", """
                {"endpoint": "%s", "claims": [{"permission_set": "EVERYTHING"}]}""".formatted(local.endpoint()))
                .expectError(400, "INVALID_PARAMETER_VALUE", "expected READ_ONLY");
    }

    @Test
    void anIdentityIsDeclaredOnceWithANameThatPostgresCanHave() {
        var builder = LakebaseLocal.builder().addUser(ANN, Permission.CAN_USE);
        assertThatThrownBy(() -> builder.addUser(ANN, Permission.CAN_USE)).hasMessageContaining("already");
        assertThatThrownBy(() -> builder.addGroup("pg_monitor", Permission.CAN_USE))
                .hasMessageContaining("not pg_");
        assertThatThrownBy(() -> builder.addUser("ann", Permission.CAN_USE)).hasMessageContaining("e-mail");
    }
}
