package dev.lakebase.local;

import static dev.lakebase.local.Pg.execute;
import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Base64;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.util.PSQLException;

@ExtendWith(SharedLocal.class)
class LoginTest {
    private LakebaseLocal local;
    private Rest rest;
    private int port;

    @BeforeEach
    void lookUp(LakebaseLocal shared) {
        local = shared;
        rest = new Rest(local);
        port = rest.gatewayPort(local.endpoint());
    }

    private String token() {
        return rest.credential(local.endpoint());
    }

    private PSQLException refused(String user, String password) {
        return catchThrowableOfType(
                PSQLException.class,
                () -> Pg.connect(local, port, user, password).close());
    }

    private void assertInvalidPassword(String user, String password, String reason) {
        PSQLException refusal = refused(user, password);
        assertThat(refusal.getSQLState()).as(refusal.getMessage()).isEqualTo("28P01");
        assertThat(refusal.getServerErrorMessage().getMessage())
                .startsWith("password authentication failed for user \"" + user + "\": ")
                .contains(reason);
        assertThat(refusal.getServerErrorMessage().getHint()).isNotBlank();
        assertThat(refusal.getServerErrorMessage().getSeverity()).isEqualTo("FATAL");
        assertThat(refusal.getMessage()).doesNotContain(password);
    }

    @Test
    void tokenOfTheUserLogsIn() throws SQLException {
        try (var connection = Pg.connect(local, port, local.user(), token())) {
            assertThat(query(connection, "select current_user")).isEqualTo(local.user());
            assertThat(query(connection, "select pg_has_role('databricks_superuser', 'member')"))
                    .isEqualTo("t");
            execute(connection, "create schema mine; drop schema mine");
        }
    }

    @Test
    void servicePrincipalLogsInWithATokenItMintedByOAuth() throws SQLException {
        String access = OAuth.accessToken(local, local.clientId(), local.clientSecret())
                .expect(200)
                .text("/access_token");
        String token = new Rest(local.host(), access).credential(local.endpoint());
        try (var connection = Pg.connect(local, port, local.clientId(), token)) {
            assertThat(query(connection, "select current_user")).isEqualTo(local.clientId());
        }
    }

    @Test
    void psqlLogsIn() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/psql")), "no psql on this machine");
        var builder = new ProcessBuilder("/usr/bin/psql", "-Atc", "select current_user").redirectErrorStream(true);
        builder.environment().putAll(local.environment());
        builder.environment().put("PGPASSWORD", token());
        Process psql = builder.start();
        assertThat(new String(psql.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(local.user() + "\n");
        assertThat(psql.waitFor()).isZero();
    }

    @Test
    void tokenOfOneUserDoesNotLogInAsAnother() {
        assertInvalidPassword(local.clientId(), token(), "the token is for \"" + local.user() + "\"");
    }

    @Test
    void workspaceTokenIsNoPassword() {
        assertInvalidPassword(local.user(), local.token(), "token of the workspace");
    }

    @Test
    void anyOldTextIsNoPassword() {
        assertInvalidPassword(local.user(), "opensesame", "neither a valid token nor");
        assertInvalidPassword("nobody@example.com", "opensesame", "neither a valid token nor");
        assertInvalidPassword(local.user(), "eyJ.eyJ.x", "can't be read");
    }

    @Test
    void tokenSignedWithAnotherKeyIsRefused() throws Exception {
        SignedJWT real = SignedJWT.parse(token());
        var key = new ECKeyGenerator(Curve.P_256)
                .keyID(real.getHeader().getKeyID())
                .generate();
        var forged = new SignedJWT(real.getHeader(), real.getJWTClaimsSet());
        forged.sign(new ECDSASigner(key));
        assertInvalidPassword(local.user(), forged.serialize(), "signature does not match");
    }

    @Test
    void tokenWithoutSignatureIsRefused() throws Exception {
        String unsigned = new PlainJWT(SignedJWT.parse(token()).getJWTClaimsSet()).serialize();
        assertInvalidPassword(local.user(), unsigned, "can't be read as a signed JWT");
    }

    @Test
    void tokenSignedWithHmacIsRefused() throws Exception {
        SignedJWT real = SignedJWT.parse(token());
        // a confused server would take its own public key as the shared secret; any secret must do as badly
        var forged = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .keyID(real.getHeader().getKeyID())
                        .build(),
                real.getJWTClaimsSet());
        forged.sign(new MACSigner("0123456789abcdef0123456789abcdef"));
        assertInvalidPassword(local.user(), forged.serialize(), "not signed by this Lakebase Local");
    }

    @Test
    void tokenWithAnotherSubjectPastedInIsRefused() {
        String[] parts = token().split("\\.");
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        parts[1] = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(claims.replace(local.user(), local.clientId()).getBytes(StandardCharsets.UTF_8));
        assertInvalidPassword(local.clientId(), String.join(".", parts), "signature does not match");
    }

    @Test
    void bootstrapSuperuserIsRefusedBeforeAnyPassword() {
        PSQLException refusal = refused("cloud_admin", token());
        assertThat(refusal.getSQLState()).isEqualTo("28000");
        assertThat(refusal.getMessage()).contains("reserved");
    }

    @Test
    void noTlsIsRefusedAndToldWhatToUse() {
        var properties = Pg.properties(local, local.user(), token());
        properties.setProperty("sslmode", "disable");
        var refusal = catchThrowableOfType(
                PSQLException.class,
                () -> DriverManager.getConnection(
                                "jdbc:postgresql://localhost:" + port + "/databricks_postgres", properties)
                        .close());
        assertThat(refusal.getSQLState()).isEqualTo("28000");
        assertThat(refusal.getServerErrorMessage().getHint()).contains("sslmode=verify-full");
    }

    @Test
    void replicationIsRefused() {
        var properties = Pg.properties(local, local.user(), token());
        properties.setProperty("replication", "database");
        // pgjdbc sends the parameter only if it knows beforehand that the server will understand it
        properties.setProperty("assumeMinServerVersion", "17");
        var refusal = catchThrowableOfType(
                PSQLException.class,
                () -> DriverManager.getConnection(
                                "jdbc:postgresql://localhost:" + port + "/databricks_postgres", properties)
                        .close());
        assertThat(refusal.getSQLState()).isEqualTo("28000");
        assertThat(refusal.getMessage()).contains("replication");
    }

    @Test
    void identityWithoutRoleOnTheBranchIsToldWhichRoleAndWhichBranch() {
        rest.createBranch("norole", "production");
        try {
            String endpoint = "projects/local/branches/norole/endpoints/primary";
            rest.await(rest.delete(roleNamed("projects/local/branches/norole", local.clientId())));
            String access = OAuth.accessToken(local, local.clientId(), local.clientSecret())
                    .text("/access_token");
            String token = new Rest(local.host(), access).credential(endpoint);
            var refusal = catchThrowableOfType(
                    PSQLException.class,
                    () -> Pg.connect(local, rest.gatewayPort(endpoint), local.clientId(), token)
                            .close());
            assertThat(refusal.getSQLState()).isEqualTo("28000");
            assertThat(refusal.getMessage())
                    .contains("role \"" + local.clientId()
                            + "\" does not exist on branch \"projects/local/branches/norole\"");
            assertThat(roleNamed("projects/local/branches/production", local.clientId()))
                    .as("a role is its branch's own")
                    .isNotBlank();
        } finally {
            rest.deleteBranch("norole");
        }
    }

    private String roleNamed(String branch, String postgresRole) {
        for (JsonNode role : rest.get(branch + "/roles").json().path("roles")) {
            if (role.at("/status/postgres_role").asText().equals(postgresRole)) {
                return role.path("name").asText();
            }
        }
        return "";
    }

    @Test
    void nativeRoleLogsInWithItsPasswordOnly() throws SQLException {
        try (var admin = Pg.connect(local, port, local.user(), token())) {
            execute(admin, "create role app_native login password 'ein Passwort mit ß'");
            try (var connection = Pg.connect(local, port, "app_native", "ein Passwort mit ß")) {
                assertThat(query(connection, "select current_user")).isEqualTo("app_native");
            }
            assertInvalidPassword("app_native", "ein Passwort mit s", "neither");
            execute(admin, "alter role app_native nologin");
            PSQLException refusal = refused("app_native", "ein Passwort mit ß");
            assertThat(refusal.getSQLState()).isEqualTo("28000");
            assertThat(refusal.getMessage())
                    .as("says which branch, as PostgreSQL could not")
                    .contains("not permitted to log in to branch");
            execute(admin, "alter role app_native login valid until '2001-01-01'");
            assertInvalidPassword("app_native", "ein Passwort mit ß", "neither");
        } finally {
            try (var admin = Pg.connect(local, port, local.user(), token())) {
                execute(admin, "drop role if exists app_native");
            }
        }
    }

    @Test
    void unknownDatabaseIsPostgresOwnError() {
        var refusal = catchThrowableOfType(
                PSQLException.class,
                () -> DriverManager.getConnection(
                                "jdbc:postgresql://localhost:" + port + "/nothere",
                                Pg.properties(local, local.user(), token()))
                        .close());
        assertThat(refusal.getSQLState()).isEqualTo("3D000");
    }

    @Test
    void loginsAtOnceToASleepingComputeAllSucceed() throws Exception {
        rest.createBranch("herd", "production");
        String endpoint = "projects/local/branches/herd/endpoints/primary";
        int herdPort = rest.gatewayPort(endpoint);
        String token = rest.credential(endpoint);
        local.suspend(endpoint);
        var threads = Executors.newFixedThreadPool(16);
        try {
            Callable<String> login = () -> {
                try (var connection = Pg.connect(local, herdPort, local.user(), token)) {
                    return query(connection, "select 'in'");
                }
            };
            for (var answer : threads.invokeAll(
                    IntStream.range(0, 16).mapToObj(i -> login).toList())) {
                assertThat(answer.get()).isEqualTo("in");
            }
        } finally {
            threads.shutdown();
            rest.deleteBranch("herd");
        }
    }

    @Test
    void resultsLargerThanAnyBufferArriveWhole() throws SQLException {
        try (var connection = Pg.connect(local, port, local.user(), token())) {
            assertThat(query(
                            connection,
                            "select length(string_agg(repeat('x', 1000), '')) from generate_series(1, 20000)"))
                    .isEqualTo("20000000");
            String big = query(connection, "select repeat('0123456789', 1000000)");
            try (var statement = connection.prepareStatement("select length(?)")) {
                statement.setString(1, big);
                try (var rows = statement.executeQuery()) {
                    rows.next();
                    assertThat(rows.getInt(1)).isEqualTo(10_000_000);
                }
            }
        }
    }

    @Test
    void functionInTheUsersSchemaIsNotRunByTheSuperuser() throws SQLException {
        try (var connection = Pg.connect(local, port, local.user(), token())) {
            execute(connection, "create table executed_by as select current_user as who");
            try {
                // a better match than pg_catalog's for an untyped literal, should anyone look at public
                execute(connection, """
                        create function public.shobj_description(oid, text) returns text language plpgsql as $$
                        begin insert into public.executed_by values (current_user); return null; end $$""");
                rest.get("projects/local/branches/production/roles").expect(200);
                assertThat(query(connection, "select string_agg(who, ', ') from executed_by"))
                        .isEqualTo(local.user());
            } finally {
                execute(connection, "drop function if exists public.shobj_description(oid, text)");
                execute(connection, "drop table executed_by");
            }
        }
    }

    @Test
    void verifierWithoutIterationsMatchesNoPassword() throws SQLException {
        String key = Base64.getEncoder().encodeToString(new byte[32]);
        try (var admin = Pg.connect(local, port, local.user(), token())) {
            execute(admin, "create role zero login password 'SCRAM-SHA-256$0:c2FsdA==$" + key + ":" + key + "'");
            try {
                assertInvalidPassword("zero", "anything", "neither");
            } finally {
                execute(admin, "drop role zero");
            }
        }
    }
}
