package dev.lakebase.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.EndpointName;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.jdbc.login.ConnectionTarget;
import dev.lakebase.jdbc.login.LakebaseConnector;
import dev.lakebase.local.LakebaseLocal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;

/** Tests reach nothing that they did not make, with or without {@link LakebaseTest}. */
class GuardTest {
    private static final String PRODUCTION = "projects/shop/branches/production/endpoints/primary";

    @Test
    void aDataSourceBuiltByHandSendsNoByte() throws Exception {
        try (CountingSocket production = new CountingSocket();
                LakebaseDataSource dataSource = LakebaseDataSource.builder()
                        .environment(Map.of())
                        .host("127.0.0.1")
                        .port(production.port())
                        .user("somebody")
                        .password("secret")
                        .build()) {
            assertThatThrownBy(dataSource::getConnection)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("was not made by this test run")
                    .hasMessageContaining("-Dlakebase.test.allow=127.0.0.1:" + production.port())
                    .hasMessageNotContaining("secret");
            assertThat(production.connections()).isZero();
        }
    }

    @Test
    void aConnectorWithoutPoolSendsNoByte() throws Exception {
        try (CountingSocket production = new CountingSocket();
                LakebaseConnector connector = LakebaseConnector.builder()
                        .host("127.0.0.1", production.port())
                        .user("somebody")
                        .password(() -> "secret")
                        .build()) {
            assertThatThrownBy(connector::getConnection).hasMessageContaining("was not made by this test run");
            assertThat(production.connections()).isZero();
        }
    }

    /** Run with an environment that names production. */
    @SpringBootTest(
            classes = PlainSpring.Application.class,
            properties = {
                "spring.flyway.enabled=false",
                "spring.liquibase.enabled=false",
                "spring.jpa.hibernate.ddl-auto=none"
            })
    static class PlainSpring {
        @SpringBootConfiguration
        @EnableAutoConfiguration
        static class Application {}

        @Autowired
        DataSource dataSource;

        @Test
        void borrows() throws SQLException {
            assertThat(dataSource).isInstanceOf(LakebaseDataSource.class);
            Sql.execute(dataSource, "delete from purchase");
        }
    }

    @Test
    @Tag("spring")
    void aPlainSpringBootTestWithProductionInTheEnvironmentSendsNoByteToItNorToItsWorkspace() throws Exception {
        try (CountingSocket production = new CountingSocket();
                CountingSocket workspace = new CountingSocket()) {
            String output = OtherJvm.run(
                    PlainSpring.class,
                    System.getProperty("java.class.path"),
                    Map.of(
                            "LAKEBASE_ENDPOINT",
                            PRODUCTION,
                            "PGHOST",
                            "127.0.0.1",
                            "PGPORT",
                            String.valueOf(production.port()),
                            "PGUSER",
                            "somebody",
                            "DATABRICKS_HOST",
                            "http://127.0.0.1:" + workspace.port(),
                            "DATABRICKS_TOKEN",
                            "dapi-canary"));

            assertThat(output)
                    .contains("It was not made by this test run", "-Dlakebase.test.allow=" + PRODUCTION)
                    .endsWith("0 succeeded")
                    .doesNotContain("dapi-canary");
            assertThat(production.connections()).isZero();
            assertThat(workspace.connections()).isZero();
        }
    }

    @Test
    void aLakebaseLocalThatATestHasStartedIsItsOwnUntilItIsClosed() throws Exception {
        LakebaseLocal local = LakebaseLocal.start();
        var target = new ConnectionTarget(
                "localhost",
                Integer.parseInt(local.environment().get("PGPORT")),
                "databricks_postgres",
                local.user(),
                EndpointName.parse(local.endpoint()));
        try (local;
                LakebaseDataSource dataSource = LakebaseDataSource.fromEnvironment(local.environment());
                Connection connection = dataSource.getConnection()) {
            assertThat(connection.isValid(5)).isTrue();
            assertThatCode(() -> new RunGuard().check(target)).doesNotThrowAnyException();
        }
        assertThatThrownBy(() -> new RunGuard().check(target)).hasMessageContaining("was not made by this test run");
    }

    @LakebaseTest
    static class MakesABranch {
        @Test
        void theNameOfABranchIsNoWayToAnotherHost(LakebaseDataSource dataSource, dev.lakebase.client.Branch branch)
                throws SQLException {
            assertThat(Sql.text(dataSource, "select 1")).isEqualTo("1");
            var elsewhere = new ConnectionTarget(
                    "production.example.com", 5432, "db", "me", branch.name().endpoint("primary"));
            assertThatThrownBy(() -> new RunGuard().check(elsewhere)).hasMessageContaining("Refused to log in");
        }
    }

    @Test
    void theBranchOfARunIsAllowedAtItsOwnHostOnly() {
        assertThat(Results.failures(Results.run(MakesABranch.class))).isEmpty();
    }

    @Test
    void onlyWhatIsNamedInFullIsAllowed() {
        AllowedEndpoints allowed = AllowedEndpoints.parse(" " + PRODUCTION + ", DB.example.com:5432 ,");

        assertThat(allowed.contains(target("anywhere", EndpointName.parse(PRODUCTION))))
                .isTrue();
        assertThat(allowed.contains(target("db.example.com", null))).isTrue();
        assertThat(allowed.contains(target("other.example.com", null))).isFalse();
        assertThat(allowed.contains(
                        target("db.example.com", EndpointName.parse("projects/shop/branches/other/endpoints/primary"))))
                .as("a token goes to the endpoint, wherever its host is")
                .isFalse();
        assertThatThrownBy(() -> AllowedEndpoints.parse("projects/shop/branches/*"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AllowedEndpoints.parse("*")).hasMessageContaining("{host}:{port}");
    }

    private static ConnectionTarget target(String host, EndpointName endpoint) {
        return new ConnectionTarget(host, 5432, "db", "me", endpoint);
    }
}
