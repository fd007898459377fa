package dev.lakebase.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.util.Credentials;
import dev.lakebase.client.BranchName;
import dev.lakebase.client.LakebaseClient;
import java.beans.Introspector;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LakebaseDataSourceSettingsTest {
    private static final String ENDPOINT = "projects/shop/branches/production/endpoints/primary";

    @Test
    void defaultsLetTheComputeSleep() {
        try (var dataSource = new LakebaseDataSource()) {
            assertThat(dataSource.getMinimumIdle()).isZero();
            assertThat(dataSource.getKeepaliveTime()).isZero();
            assertThat(dataSource.getIdleTimeout()).isEqualTo(30_000);
            assertThat(dataSource.getInitializationFailTimeout()).isEqualTo(-1);
            assertThat(dataSource.getConnectionTimeout()).isEqualTo(30_000);
            assertThat(dataSource.getMaximumPoolSize()).isEqualTo(10);
            assertThat(dataSource.getPoolName()).startsWith("lakebase-");
        }
    }

    @Test
    void settersThatWouldBypassTheLoginRefuse() {
        Map<String, Consumer<LakebaseDataSource>> setters = Map.ofEntries(
                Map.entry("jdbcUrl", ds -> ds.setJdbcUrl("jdbc:postgresql://x/y")),
                Map.entry("username", ds -> ds.setUsername("x")),
                Map.entry("password", ds -> ds.setPassword("canary-password")),
                Map.entry("credentials", ds -> ds.setCredentials(Credentials.of("x", "canary-password"))),
                Map.entry("credentialsProvider", ds -> ds.setCredentialsProvider(null)),
                Map.entry("credentialsProviderClassName", ds -> ds.setCredentialsProviderClassName("x")),
                Map.entry("dataSource", ds -> ds.setDataSource(new LakebaseDataSource())),
                Map.entry("dataSourceClassName", ds -> ds.setDataSourceClassName("x")),
                Map.entry("dataSourceJNDI", ds -> ds.setDataSourceJNDI("x")),
                Map.entry("driverClassName", ds -> ds.setDriverClassName("org.postgresql.Driver")),
                Map.entry("initializationFailTimeout", ds -> ds.setInitializationFailTimeout(1)));
        setters.forEach((setting, setter) -> {
            try (var dataSource = new LakebaseDataSource()) {
                assertThatThrownBy(() -> setter.accept(dataSource))
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageContaining(setting)
                        .hasMessageNotContaining("canary")
                        .extracting(e -> ((InvalidSettingException) e).setting())
                        .isEqualTo(setting);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user",
                "password",
                "ssl",
                "sslmode",
                "sslfactory",
                "sslrootcert",
                "gssEncMode",
                "replication",
                "sslMode"
            })
    void driverPropertiesThatWouldUndoAPromiseRefuse(String property) {
        var properties = new Properties();
        properties.setProperty(property, "x");
        try (var dataSource = new LakebaseDataSource()) {
            assertThatThrownBy(() -> dataSource.addDataSourceProperty(property, "x"))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining(property);
            assertThatThrownBy(() -> dataSource.setDataSourceProperties(properties))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining(property);
            dataSource.getDataSourceProperties().setProperty(property, "x"); // what Spring Boot's binder does
            dataSource.setEndpoint(ENDPOINT);
            assertThatThrownBy(dataSource::getConnection)
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining(property);
        }
    }

    @Test
    void contradictionsFailAtTheSetterNamingBoth() {
        BranchName branch = BranchName.parse("projects/shop/branches/b");
        assertThatThrownBy(() -> LakebaseDataSource.builder().endpoint(ENDPOINT).branch(branch))
                .hasMessageContaining("branch can not be combined with endpoint");
        assertThatThrownBy(() -> LakebaseDataSource.builder().branch(branch).endpoint(ENDPOINT))
                .hasMessageContaining("endpoint can not be combined with branch");
        assertThatThrownBy(() -> LakebaseDataSource.builder().branch(branch).host("h"))
                .hasMessageContaining("host can not be combined with branch");
        assertThatThrownBy(() -> LakebaseDataSource.builder().host("h").branch(branch))
                .hasMessageContaining("branch can not be combined with host");
        assertThatThrownBy(() -> LakebaseDataSource.builder().password("a").password(() -> "b"))
                .hasMessageContaining("another password");
        assertThatThrownBy(() -> LakebaseDataSource.builder().wakeBudget(Duration.ofSeconds(30)))
                .hasMessageContaining("wakeBudget PT30S can not be combined with connectionTimeout PT30S");
        assertThatThrownBy(() -> LakebaseDataSource.builder()
                        .wakeBudget(Duration.ofSeconds(10))
                        .connectionTimeout(Duration.ofSeconds(5)))
                .hasMessageContaining("wakeBudget PT10S can not be combined with connectionTimeout PT5S");
    }

    @Test
    void malformedValuesFailAtTheSetterNamingIt() {
        Map<String, Consumer<LakebaseDataSource.Builder>> setters = Map.ofEntries(
                Map.entry("endpoint", b -> b.endpoint("projects/shop/branches/production")),
                Map.entry("branch", b -> b.branch("production")),
                Map.entry("host", b -> b.host("https://ep-1")),
                Map.entry("port", b -> b.port(70_000)),
                Map.entry("database", b -> b.database(" ")),
                Map.entry("user", b -> b.user("")),
                Map.entry("applicationName", b -> b.applicationName("")),
                Map.entry("sslRootCert", b -> b.sslRootCert(Path.of("/no/such.pem"))),
                Map.entry("name", b -> b.name("")),
                Map.entry("wakeBudget", b -> b.wakeBudget(Duration.ofMillis(1))));
        setters.forEach((setting, setter) -> assertThatThrownBy(() -> setter.accept(LakebaseDataSource.builder()))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining(setting));
    }

    @Test
    void aMalformedPortIsRefusedEvenWhereNoHostGoesWithIt() {
        assertThatThrownBy(() ->
                        LakebaseDataSource.fromEnvironment(Map.of("LAKEBASE_ENDPOINT", ENDPOINT, "PGPORT", "5432abc")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("PGPORT is '5432abc'");
    }

    @Test
    void aDataSourceWithoutTargetSaysWhatToSet() {
        assertThatThrownBy(() -> LakebaseDataSource.fromEnvironment(Map.of()))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("LAKEBASE_ENDPOINT");
        assertThatThrownBy(() -> LakebaseDataSource.fromEnvironment(Map.of("PGHOST", "ep-1.example.com")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("LAKEBASE_ENDPOINT")
                .hasMessageContaining("ep-1.example.com");
        assertThatThrownBy(() -> LakebaseDataSource.builder()
                        .host("ep-1.example.com")
                        .environment(Map.of("LAKEBASE_ENDPOINT", ENDPOINT))
                        .build())
                .hasMessageContaining("Set endpoint (projects/")
                .hasMessageNotContaining("LAKEBASE_ENDPOINT");
        assertThatThrownBy(() -> LakebaseDataSource.fromEnvironment(Map.of("PGHOST", "h", "PGPASSWORD", "canary")))
                .hasMessageContaining("PGUSER")
                .hasMessageNotContaining("canary");
        assertThatThrownBy(() -> LakebaseDataSource.fromEnvironment(
                        Map.of("LAKEBASE_ENDPOINT", ENDPOINT, "PGPASSWORD", "canary")))
                .hasMessageContaining("PGPASSWORD")
                .hasMessageContaining("LAKEBASE_ENDPOINT")
                .hasMessageNotContaining("canary");
        assertThatThrownBy(() -> LakebaseDataSource.builder()
                        .endpoint(ENDPOINT)
                        .port(5432)
                        .build())
                .hasMessageContaining("port 5432 is set without a host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"prefer", "allow", "disable"})
    void weakSslModesAreRefused(String mode) {
        assertThatThrownBy(() ->
                        LakebaseDataSource.fromEnvironment(Map.of("LAKEBASE_ENDPOINT", ENDPOINT, "PGSSLMODE", mode)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("PGSSLMODE");
    }

    @Test
    void frameworksFindItsPropertiesNextToHikaris() throws Exception {
        var setters = new HashMap<String, Method>();
        for (var property : Introspector.getBeanInfo(LakebaseDataSource.class).getPropertyDescriptors()) {
            setters.put(property.getName(), property.getWriteMethod());
        }
        try (var dataSource = new LakebaseDataSource()) {
            setters.get("maximumPoolSize").invoke(dataSource, 3);
            setters.get("endpoint").invoke(dataSource, ENDPOINT);
            setters.get("database").invoke(dataSource, "shop");
            setters.get("wakeBudget").invoke(dataSource, Duration.ofSeconds(5));
            assertThat(dataSource.getMaximumPoolSize()).isEqualTo(3);
            assertThatThrownBy(() -> setters.get("host").invoke(dataSource, "a,b"))
                    .hasCauseInstanceOf(InvalidSettingException.class);
        }
    }

    @Test
    void settingsAreFixedOnceInUse() {
        try (var dataSource = LakebaseDataSource.builder()
                .host("h")
                .user("u")
                .password("canary")
                .environment(Map.of())
                .build()) {
            Map<String, Consumer<LakebaseDataSource>> setters = Map.of(
                    "host", ds -> ds.setHost("other"),
                    "name", ds -> ds.setPoolName("other"),
                    "property", ds -> ds.addDataSourceProperty("socketTimeout", "7"),
                    "properties", ds -> ds.setDataSourceProperties(new Properties()),
                    "readOnly", ds -> ds.setReadOnly(true));
            setters.forEach((setting, setter) -> assertThatThrownBy(() -> setter.accept(dataSource))
                    .as(setting)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("set them before"));
            assertThat(dataSource.toString()).contains("h:5432").doesNotContain("canary");
        }
    }

    @Test
    void aTimeOutThatIsShortenedInUseStillLeavesTimeToHearTheReason() {
        try (var dataSource = LakebaseDataSource.builder()
                .endpoint(ENDPOINT)
                .environment(Map.of())
                .build()) {
            assertThatThrownBy(() -> dataSource.setConnectionTimeout(10_000))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining("wakeBudget PT20S can not be combined with connectionTimeout PT10S");
            dataSource.setConnectionTimeout(25_000);
            assertThat(dataSource.getConnectionTimeout()).isEqualTo(25_000);
        }
    }

    @Test
    void aMalformedDriverPropertyIsNamed() {
        var builder = LakebaseDataSource.builder()
                .endpoint(ENDPOINT)
                .environment(Map.of())
                .connectionProperty("socketTimeout", "7s");
        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("socketTimeout is '7s'")
                .extracting(e -> ((InvalidSettingException) e).setting())
                .isEqualTo("socketTimeout");
    }

    @Test
    void theClientIsTheOneHandedInOrItsOwnOnceThereIsOne() {
        var ours = Map.of("DATABRICKS_HOST", "https://example.com", "DATABRICKS_TOKEN", "canary");
        try (var client = LakebaseClient.builder().environment(ours).build();
                var lent = LakebaseDataSource.builder()
                        .client(client)
                        .endpoint(ENDPOINT)
                        .build();
                var own = LakebaseDataSource.builder()
                        .endpoint(ENDPOINT)
                        .environment(ours)
                        .build()) {
            assertThat(lent.client()).isSameAs(client);
            assertThat(own.client()).isNotNull().isNotSameAs(client);
        }
    }

    @Test
    void theNamedTargetIsKnownBeforeTheFirstConnection() {
        var staging = "projects/shop/branches/staging";
        var environment = Map.of("LAKEBASE_ENDPOINT", "projects/shop/branches/production/endpoints/primary");
        try (var byEnvironment = LakebaseDataSource.fromEnvironment(environment);
                var byBranch = LakebaseDataSource.builder()
                        .environment(environment)
                        .branch(staging)
                        .build()) {
            assertThat(byEnvironment.endpointName()).hasToString(environment.get("LAKEBASE_ENDPOINT"));
            assertThat(byEnvironment.branchName()).hasToString("projects/shop/branches/production");
            assertThat(byBranch.endpointName()).isNull();
            assertThat(byBranch.branchName()).hasToString(staging);
        }
    }
}
