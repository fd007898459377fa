package dev.lakebase.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.credential.CredentialClaim;
import dev.lakebase.client.credential.CredentialRequest;
import dev.lakebase.client.credential.RefreshPolicy;
import dev.lakebase.jdbc.login.FakeControlPlane;
import dev.lakebase.jdbc.login.LakebaseListener;
import dev.lakebase.local.LakebaseLocal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each option does at the server what it says. */
@Timeout(120)
class OptionsTest {
    private static LakebaseLocal local;

    @BeforeAll
    static void start() {
        local = LakebaseLocal.start();
    }

    @AfterAll
    static void stop() {
        local.close();
    }

    @Test
    void timeOutsAndSchemaHoldInEverySession() throws Exception {
        try (LakebaseDataSource dataSource = builder()
                        .statementTimeout(Duration.ofSeconds(7))
                        .idleInTransactionTimeout(Duration.ofMillis(1500))
                        .schema("pg_catalog")
                        .connectionProperty("options", "-c lock_timeout=3s")
                        .build();
                Connection connection = dataSource.getConnection()) {
            assertThat(text(connection, "SHOW statement_timeout")).isEqualTo("7s");
            assertThat(text(connection, "SHOW idle_in_transaction_session_timeout"))
                    .isEqualTo("1500ms");
            assertThat(text(connection, "SHOW lock_timeout")).isEqualTo("3s");
            assertThat(connection.getSchema()).isEqualTo("pg_catalog");
        }
    }

    @Test
    void anInstanceOfTheProvisionedTierIsNamedByItself() throws Exception {
        try (LakebaseDataSource dataSource = LakebaseDataSource.builder()
                        .environment(
                                Map.of("DATABRICKS_HOST", local.host().toString(), "DATABRICKS_TOKEN", local.token()))
                        .instance(local.project())
                        .sslRootCert(local.caCertificate())
                        .build();
                Connection connection = dataSource.getConnection()) {
            assertThat(text(connection, "SELECT current_user")).isEqualTo(local.user());
            assertThat(dataSource.toString()).contains("instance " + local.project());
        }
        assertThatThrownBy(() -> LakebaseDataSource.builder().instance("shop").endpoint(local.endpoint()))
                .hasMessageContaining("endpoint can not be combined with instance");
        assertThatThrownBy(() -> LakebaseDataSource.builder().instance("shop").tokenTtl(Duration.ofMinutes(5)))
                .hasMessageContaining("tokenTtl can not be combined with instance");
    }

    /** pgjdbc alone would let a statement outside an explicit transaction write. */
    @Test
    void aReadOnlyDataSourceWritesNothingInAutocommitEither() throws Exception {
        try (LakebaseDataSource dataSource = builder().readOnly(true).build();
                Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(connection.getAutoCommit()).isTrue();
            assertThatThrownBy(() -> statement.execute("CREATE TABLE written (id int)"))
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("25006");
        }
    }

    @Test
    void optionsThatEndInABackslashSwallowNothing() throws Exception {
        try (LakebaseDataSource dataSource = builder()
                        .statementTimeout(Duration.ofSeconds(7))
                        .connectionProperty("options", "-c search_path=kept\\")
                        .build();
                Connection connection = dataSource.getConnection()) {
            assertThat(text(connection, "SHOW statement_timeout")).isEqualTo("7s");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-c statement_timeout=3s",
                "--statement-timeout=3s",
                "-cStatement_Timeout=3s",
                "-c statement\\_timeout=3s"
            })
    void aStatementTimeOutThatTheOptionsSetTooIsAConflict(String options) {
        assertThatThrownBy(() -> builder()
                        .statementTimeout(Duration.ofSeconds(7))
                        .connectionProperty("options", options)
                        .build())
                .hasMessageContaining("statement_timeout can not be combined with the pgjdbc property options");
    }

    @Test
    void tokensLiveAsLongAsAskedFor() throws Exception {
        List<LakebaseListener.Minted> minted = new CopyOnWriteArrayList<>();
        try (LakebaseDataSource dataSource = builder()
                .name("orders")
                .tokenTtl(Duration.ofMinutes(5))
                .listener(new LakebaseListener() {
                    @Override
                    public void minted(Minted event) {
                        minted.add(event);
                    }
                })
                .build()) {
            dataSource.getConnection().close();
        }
        assertThat(minted).singleElement().satisfies(event -> {
            assertThat(event.name()).isEqualTo("orders");
            assertThat(event.endpoint()).isEqualTo(EndpointName.parse(local.endpoint()));
            assertThat(event.took()).isPositive();
            assertThat(event.expiresAt()).isBefore(Instant.now().plus(Duration.ofMinutes(6)));
        });
    }

    @Test
    void tokensAreNarrowedToTheClaims() throws Exception {
        var platform = new FakeControlPlane("localhost", 1);
        LakebaseDataSource.Builder builder = LakebaseDataSource.builder()
                .environment(Map.of())
                .endpoint(FakeControlPlane.ENDPOINT)
                .wakeBudget(Duration.ofMillis(100))
                .tokenClaims(CredentialClaim.readOnly("public.orders"));
        builder.platform(platform.install());
        try (LakebaseDataSource dataSource = builder.build()) {
            assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
        }
        assertThat(platform.requests)
                .containsExactly(CredentialRequest.of(FakeControlPlane.ENDPOINT)
                        .withClaims(CredentialClaim.readOnly("public.orders")));
        assertThat(platform.listeners).as("left behind").isEmpty();
    }

    @Test
    void settingsOfTokensAreRefusedWhereThereAreNone() {
        assertThatThrownBy(() -> nativeLogin().tokenTtl(Duration.ofMinutes(5)).build())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("tokenTtl can not be combined with password");
        assertThatThrownBy(() -> nativeLogin()
                        .tokenClaims(CredentialClaim.readOnly("public.orders"))
                        .build())
                .hasMessageContaining("tokenClaims can not be combined with password");
        assertThatThrownBy(() -> nativeLogin().refreshPolicy(RefreshPolicy.LAZY).build())
                .hasMessageContaining("refreshPolicy can not be combined with password");
        try (LakebaseClient client =
                LakebaseClient.builder().host("http://localhost:1").token("t").build()) {
            assertThatThrownBy(() -> LakebaseDataSource.builder()
                            .client(client)
                            .endpoint(FakeControlPlane.ENDPOINT)
                            .refreshPolicy(RefreshPolicy.LAZY)
                            .build())
                    .hasMessageContaining("refreshPolicy can not be combined with client");
        }
    }

    @Test
    void outOfRangeValuesFailAtTheSetter() {
        assertThatThrownBy(() -> builder().tokenTtl(Duration.ofMinutes(4))).hasMessageContaining("tokenTtl is PT4M");
        assertThatThrownBy(() -> builder().tokenTtl(Duration.ofMinutes(61))).hasMessageContaining("PT5M to PT1H");
        assertThatThrownBy(() -> builder().statementTimeout(Duration.ofNanos(1)))
                .hasMessageContaining("statementTimeout is PT0.000000001S");
        assertThatThrownBy(() -> builder().idleInTransactionTimeout(Duration.ofDays(30)))
                .hasMessageContaining("idleInTransactionTimeout is PT720H");
        assertThatThrownBy(() -> builder().statementTimeout(Duration.ofHours(24 * 24 + 23)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("statementTimeout is PT599H");
        assertThatThrownBy(() -> builder().wakeBudget(Duration.ofSeconds(Long.MAX_VALUE)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("connectionTimeout PT30S");
        assertThatThrownBy(() ->
                        builder().connectionProperty("readOnlyMode", "ignore").build())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("readOnlyMode");
        assertThatThrownBy(() -> builder().schema(" ")).hasMessageContaining("schema is blank");
    }

    private static LakebaseDataSource.Builder builder() {
        return LakebaseDataSource.builder().environment(local.environment());
    }

    private static LakebaseDataSource.Builder nativeLogin() {
        return LakebaseDataSource.builder()
                .environment(Map.of())
                .host("localhost")
                .user("app")
                .password("secret");
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
