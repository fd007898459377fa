package dev.lakebase.local;

import static dev.lakebase.local.Pg.execute;
import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jwt.SignedJWT;
import dev.lakebase.local.faults.ConnectionFault;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.Driver;

/** The rules of {@code contract.md} about tokens, logins and sleep, with pgjdbc. */
@Tag("contract")
@ExtendWith(ContractTarget.Extension.class)
class LoginContractTest {
    private static final String BRANCH = "projects/local/branches/login";
    private static final String ENDPOINT = BRANCH + "/endpoints/primary";

    private LakebaseLocal local;
    private Rest rest;

    @BeforeEach
    void open(ContractTarget target) {
        local = target.local();
        rest = target.rest();
        rest.createBranch("login", "production");
    }

    @AfterEach
    void remove() {
        local.faults().clear();
        rest.deleteBranch("login");
    }

    private interface Login {
        Connection open() throws SQLException;
    }

    private static String refusal(Login login) {
        return catchThrowableOfType(SQLException.class, () -> login.open().close())
                .getSQLState();
    }

    private Connection login(String user, String password) throws SQLException {
        return Pg.connect(local, rest.gatewayPort(ENDPOINT), user, password);
    }

    private void createReadersRole(String branch) {
        rest.succeed(rest.post(
                branch + "/roles?role_id=reader",
                "{\"spec\": {\"postgres_role\": \"" + ContractTarget.READER + "\", \"identity_type\": \"USER\"}}"));
    }

    private String readersToken() {
        return new Rest(local.host(), local.identity(ContractTarget.READER).token()).credential(ENDPOINT);
    }

    @Test
    @Checks("roles-copied")
    void rolesAndGrantsAreCopiedThenIndependent() throws Exception {
        rest.succeed(rest.call("PATCH", BRANCH + "?update_mask=spec.expiration", "{\"spec\": {\"no_expiry\": true}}"));
        createReadersRole(BRANCH);
        try (var owner = Pg.connect(local, ENDPOINT)) {
            execute(owner, "create table shared (n int)");
            execute(owner, "grant select on shared to \"" + ContractTarget.READER + "\"");
        }
        rest.createBranch("login-copy", "login");
        try {
            try (var owner = Pg.connect(local, ENDPOINT)) {
                execute(owner, "revoke select on shared from \"" + ContractTarget.READER + "\"");
            }
            int copy = rest.gatewayPort("projects/local/branches/login-copy/endpoints/primary");
            try (var reader = Pg.connect(local, copy, ContractTarget.READER, readersToken())) {
                assertThat(query(reader, "select count(*) from shared")).isEqualTo("0");
            }
            try (var reader = login(ContractTarget.READER, readersToken())) {
                assertThat(catchThrowableOfType(SQLException.class, () -> query(reader, "select n from shared"))
                                .getSQLState())
                        .isEqualTo("42501");
            }
        } finally {
            rest.deleteBranch("login-copy");
        }
    }

    @Test
    @Checks("no-role")
    void identityNeedsARoleAndTheRoleGrants() throws Exception {
        assertThat(refusal(() -> login(ContractTarget.READER, readersToken()))).isIn("28000", "28P01");
        try (var owner = Pg.connect(local, ENDPOINT)) {
            execute(owner, "create table private (n int)");
        }
        createReadersRole(BRANCH);
        try (var reader = login(ContractTarget.READER, readersToken())) {
            assertThat(catchThrowableOfType(SQLException.class, () -> query(reader, "select n from private"))
                            .getSQLState())
                    .isEqualTo("42501");
        }
    }

    @Test
    @Checks("token-is-password")
    void tokenIsThePasswordOfItsIdentity() throws Exception {
        String token = rest.credential(ENDPOINT);
        assertThat(SignedJWT.parse(token).getJWTClaimsSet().getSubject()).isEqualTo(local.user());
        try (var session = login(local.user(), token)) {
            assertThat(query(session, "select current_user")).isEqualTo(local.user());
        }
        assertThat(refusal(() -> login(local.clientId(), token))).isIn("28000", "28P01");
        assertThat(refusal(() -> login(local.user(), token + "x"))).isIn("28000", "28P01");
    }

    @Test
    @Checks("workspace-token")
    void workspaceTokenIsNoPassword() {
        assertThat(refusal(() -> login(local.user(), local.token()))).isIn("28000", "28P01");
    }

    @Test
    @Checks("token-at-login")
    void tokensEndIsForLoginsOnly() throws Exception {
        var ahead = new AtomicReference<>(Duration.ZERO);
        try (var other = LakebaseLocal.builder()
                .clock(() -> Instant.now().plus(ahead.get()))
                .start()) {
            var plane = new Rest(other);
            plane.succeed(plane.call(
                    "PATCH",
                    other.endpoint() + "?update_mask=spec.suspension",
                    "{\"spec\": {\"no_suspension\": true}}"));
            String token = plane.credential(other.endpoint());
            int port = plane.gatewayPort(other.endpoint());
            try (var session = Pg.connect(other, port, other.user(), token)) {
                ahead.set(Duration.ofHours(2));
                assertThat(refusal(() -> Pg.connect(other, port, other.user(), token)))
                        .isIn("28000", "28P01");
                assertThat(query(session, "select 1")).isEqualTo("1");
            }
        }
    }

    @Test
    @Checks("token-scope")
    void tokenOpensTheWholeWorkspace() throws Exception {
        String elsewhere = rest.credential(local.endpoint());
        login(local.user(), elsewhere).close();
    }

    @Test
    @Checks("tls")
    void tlsIsMandatory() throws Exception {
        String token = rest.credential(ENDPOINT);
        int port = rest.gatewayPort(ENDPOINT);
        var plain = Pg.properties(local, local.user(), token);
        plain.setProperty("sslmode", "disable");
        assertThat(refusal(() ->
                        new Driver().connect("jdbc:postgresql://localhost:" + port + "/databricks_postgres", plain)))
                .isNotBlank();
        // with sslmode=verify-full
        Pg.connect(local, port, local.user(), token).close();
    }

    @Test
    @Checks("fresh-branch")
    void freshBranchMayRefuseAGoodToken() throws Exception {
        local.faults()
                .inject(ConnectionFault.authorizationFailed(Duration.ofHours(1)).times(1));
        String token = rest.credential(ENDPOINT);
        assertThat(refusal(() -> login(local.user(), token))).startsWith("28");
        login(local.user(), token).close();
    }

    @Test
    @Checks("idle-wakes")
    void suspendedEndpointIsIdleAndWakes() throws Exception {
        local.suspend(ENDPOINT);
        assertThat(rest.get(ENDPOINT).text("/status/current_state")).isEqualTo("IDLE");
        Pg.connect(local, ENDPOINT).close();
        assertThat(rest.get(ENDPOINT).text("/status/current_state")).isEqualTo("ACTIVE");
    }

    @Test
    @Checks("suspend-ends")
    void suspendEndsSessions() throws Exception {
        try (var session = Pg.connect(local, ENDPOINT)) {
            execute(session, "create temp table mine (n int)");
            query(session, "select pg_advisory_lock(1)");
            local.suspend(ENDPOINT);
            assertThat(catchThrowableOfType(SQLException.class, () -> query(session, "select 1"))
                            .getSQLState())
                    .isEqualTo("57P01");
        }
        try (var session = Pg.connect(local, ENDPOINT)) {
            assertThat(query(session, "select to_regclass('mine') is null and pg_try_advisory_lock(1)"))
                    .isEqualTo("t");
        }
    }

    @Test
    @Checks("starting-up")
    void loginMaySeeTheWake() throws Exception {
        local.suspend(ENDPOINT);
        local.faults().inject(ConnectionFault.startingUp());
        String token = rest.credential(ENDPOINT);
        assertThat(refusal(() -> login(local.user(), token))).isEqualTo("57P03");
        local.faults().clear();
        login(local.user(), token).close();
    }

    private String readOnlyToken() {
        return rest.post("credentials", """
                        {"endpoint": "%s", "claims": [{"permission_set": "READ_ONLY"}]}""".formatted(ENDPOINT)).expect(200).text("/token");
    }

    @Test
    @Checks("read-only-token")
    void readOnlyTokenCanNotWrite() throws Exception {
        try (var owner = Pg.connect(local, ENDPOINT)) {
            execute(owner, "create table read as select 4 as n");
        }
        try (var session = login(local.user(), readOnlyToken())) {
            assertThat(query(session, "select n from read")).isEqualTo("4");
            assertThat(catchThrowableOfType(SQLException.class, () -> execute(session, "delete from read"))
                            .getSQLState())
                    .isEqualTo("25006");
            assertThat(catchThrowable(() -> execute(session, "begin read write; delete from read; commit")))
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    @Checks("read-only-endpoint")
    void readOnlyEndpointCanNotWrite() throws Exception {
        String reader = BRANCH + "/endpoints/reader";
        rest.succeed(rest.post(
                BRANCH + "/endpoints?endpoint_id=reader",
                "{\"spec\": {\"endpoint_type\": \"ENDPOINT_TYPE_READ_ONLY\"}}"));
        assertThat(rest.get(reader).text("/status/hosts/host"))
                .isNotEqualTo(rest.get(ENDPOINT).text("/status/hosts/host"));
        try (var owner = Pg.connect(local, ENDPOINT)) {
            execute(owner, "create table watched as select 5 as n");
        }
        try (var session = Pg.connect(local, reader)) {
            assertThat(query(session, "select n from watched")).isEqualTo("5");
            assertThat(catchThrowableOfType(SQLException.class, () -> execute(session, "delete from watched"))
                            .getSQLState())
                    .isEqualTo("25006");
        }
    }

    @Test
    @Checks("pooler")
    void poolerRefusesTokens() {
        String host = rest.get(ENDPOINT).text("/status/hosts/read_write_pooled_host");
        int port = Integer.parseInt(host.substring(host.lastIndexOf(':') + 1));
        String token = rest.credential(ENDPOINT);
        assertThat(refusal(() -> Pg.connect(local, port, local.user(), token))).isNotBlank();
    }

    @Test
    @Checks("sizes")
    void sizeDecidesAboutConnections() throws Exception {
        try (var session = Pg.connect(local, ENDPOINT)) {
            assertThat(query(session, "show max_connections")).isEqualTo("209");
        }
        rest.succeed(rest.call(
                "PATCH",
                ENDPOINT + "?update_mask=spec.autoscaling_limit_max_cu",
                "{\"spec\": {\"autoscaling_limit_max_cu\": 4}}"));
        local.suspend(ENDPOINT);
        try (var session = Pg.connect(local, ENDPOINT)) {
            assertThat(query(session, "show max_connections")).isEqualTo("839");
        }
    }

    @Test
    @Checks("recreated-host")
    void recreatedBranchHasAnotherHost() {
        String before = rest.get(ENDPOINT).text("/status/hosts/host");
        String uid = rest.get(ENDPOINT).text("/uid");
        rest.deleteBranch("login");
        rest.createBranch("login", "production");
        assertThat(rest.get(ENDPOINT).text("/uid")).isNotEqualTo(uid);
        assertThat(rest.get(ENDPOINT).text("/status/hosts/host")).isNotEqualTo(before);
    }

    @Test
    @Checks("disabled")
    void disabledEndpointRefusesLogins() throws Exception {
        String mask = ENDPOINT + "?update_mask=spec.disabled";
        rest.succeed(rest.call("PATCH", mask, "{\"spec\": {\"disabled\": true}}"));
        String token = rest.credential(ENDPOINT);
        assertThat(refusal(() -> login(local.user(), token))).isNotBlank();
        rest.succeed(rest.call("PATCH", mask, "{\"spec\": {\"disabled\": false}}"));
        login(local.user(), token).close();
    }
}
