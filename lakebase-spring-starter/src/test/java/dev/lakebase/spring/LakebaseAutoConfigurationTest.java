package dev.lakebase.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import javax.sql.XADataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.xa.PGXADataSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

@ExtendWith(OutputCaptureExtension.class)
class LakebaseAutoConfigurationTest {
    private static final String ENDPOINT = "projects/shop/branches/production/endpoints/primary";

    private final ApplicationContextRunner contexts = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LakebaseAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    JdbcClientAutoConfiguration.class));

    private static ApplicationContextInitializer<ConfigurableApplicationContext> environment(
            Map<String, Object> variables) {
        return context -> context.getEnvironment()
                .getPropertySources()
                .addLast(new SystemEnvironmentPropertySource("systemEnvironment", variables));
    }

    @Test
    void dataSourceIsOursWhenAnEndpointIsNamed() {
        contexts.withPropertyValues("lakebase.endpoint=" + ENDPOINT)
                .run(context -> assertThat(context)
                        .hasSingleBean(DataSource.class)
                        .hasSingleBean(LakebaseDataSource.class)
                        .hasSingleBean(LakebaseClient.class)
                        .hasSingleBean(JdbcClient.class));
    }

    @Test
    void dataSourceIsOursWhenTheEnvironmentVariableNamesAnEndpoint() {
        contexts.withInitializer(environment(Map.of("LAKEBASE_ENDPOINT", ENDPOINT)))
                .run(context -> assertThat(context).hasSingleBean(LakebaseDataSource.class));
    }

    @Test
    void hikariPropertiesAreBoundToOurPool() {
        contexts.withPropertyValues(
                        "lakebase.endpoint=" + ENDPOINT,
                        "spring.datasource.hikari.maximum-pool-size=3",
                        "spring.datasource.hikari.pool-name=orders")
                .run(context -> {
                    HikariDataSource pool = context.getBean(HikariDataSource.class);
                    assertThat(pool.getMaximumPoolSize()).isEqualTo(3);
                    assertThat(pool.getPoolName()).isEqualTo("orders");
                });
    }

    @Test
    void nothingIsConfiguredWithoutAnEndpoint() {
        contexts.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost/none")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(LakebaseDataSource.class)
                        .doesNotHaveBean(LakebaseClient.class)
                        .hasSingleBean(DataSource.class));
    }

    @Test
    void backsOffForTheUsersDataSource() {
        contexts.withPropertyValues("lakebase.endpoint=" + ENDPOINT)
                .withBean("mine", HikariDataSource.class, HikariDataSource::new)
                .run(context ->
                        assertThat(context).hasSingleBean(DataSource.class).doesNotHaveBean(LakebaseDataSource.class));
    }

    @Test
    void backsOffForConnectionDetails() {
        contexts.withPropertyValues("lakebase.endpoint=" + ENDPOINT)
                .withBean(JdbcConnectionDetails.class, () -> new JdbcConnectionDetails() {
                    @Override
                    public String getUsername() {
                        return "test";
                    }

                    @Override
                    public String getPassword() {
                        return "test";
                    }

                    @Override
                    public String getJdbcUrl() {
                        return "jdbc:postgresql://localhost/container";
                    }
                })
                .run(context -> {
                    assertThat(context).doesNotHaveBean(LakebaseDataSource.class);
                    assertThat(context.getBean(HikariDataSource.class).getJdbcUrl())
                            .endsWith("/container");
                });
    }

    @Test
    void backsOffForADataSourceUrl() {
        contexts.withPropertyValues(
                        "lakebase.endpoint=" + ENDPOINT, "spring.datasource.url=jdbc:postgresql://localhost/mine")
                .run(context -> assertThat(context).doesNotHaveBean(LakebaseDataSource.class));
    }

    @Test
    void isOffWhenDisabled() {
        contexts.withPropertyValues(
                        "lakebase.endpoint=" + ENDPOINT,
                        "lakebase.enabled=false",
                        "spring.datasource.url=jdbc:postgresql://localhost/mine")
                .run(context -> assertThat(context).doesNotHaveBean(LakebaseDataSource.class));
    }

    @Test
    void aMalformedEndpointFailsTheStartAndSaysWhatWasExpected() {
        contexts.withPropertyValues("lakebase.endpoint=production")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("endpoint")
                        .hasMessageContaining("production")
                        .hasMessageContaining("projects/"));
    }

    @Test
    void contradictingBudgetsFailTheStartAndNameBoth() {
        contexts.withPropertyValues("lakebase.endpoint=" + ENDPOINT, "lakebase.wake-budget=2m")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("wakeBudget")
                        .hasStackTraceContaining("connectionTimeout"));
    }

    @Test
    void theUsersClientIsTaken() {
        try (LakebaseClient mine =
                LakebaseClient.builder().host("http://127.0.0.1:1").token("t").build()) {
            contexts.withPropertyValues("lakebase.endpoint=" + ENDPOINT)
                    .withBean("mine", LakebaseClient.class, () -> mine)
                    .run(context ->
                            assertThat(context.getBean(LakebaseClient.class)).isSameAs(mine));
        }
    }

    @Test
    void aLongerConnectionTimeoutMakesRoomForALongerWakeBudget() {
        contexts.withPropertyValues(
                        "lakebase.endpoint=" + ENDPOINT,
                        "lakebase.wake-budget=40s",
                        "spring.datasource.hikari.connection-timeout=60000")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aForbiddenHikariPropertyFailsTheStartAndSaysWhy() {
        contexts.withPropertyValues(
                        "lakebase.endpoint=" + ENDPOINT,
                        "spring.datasource.hikari.jdbc-url=jdbc:postgresql://localhost/mine")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("spring.datasource.hikari")
                        .rootCause()
                        .hasMessageContaining("jdbcUrl can't be set on a LakebaseDataSource"));
    }

    @Test
    void aForbiddenDriverPropertyFailsTheStartAndSaysWhy() {
        contexts.withPropertyValues(
                        "lakebase.endpoint=" + ENDPOINT,
                        "spring.datasource.hikari.data-source-properties.sslmode=disable")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("sslmode can't be set on a LakebaseDataSource"));
    }

    @Test
    void blankSettingsFailTheStartAndAreNamed() {
        for (String name : List.of("endpoint", "host", "database", "user")) {
            contexts.withPropertyValues("lakebase.endpoint=" + ENDPOINT, "lakebase." + name + "=")
                    .run(context -> assertThat(context.getStartupFailure())
                            .as(name)
                            .rootCause()
                            .hasMessageContaining(name));
        }
    }

    @Test
    void anEndpointOfTheSettingsReplacesTheEnvironmentsHostAndDatabase() {
        contexts.withPropertyValues("lakebase.endpoint=" + ENDPOINT)
                .withInitializer(environment(Map.of(
                        "LAKEBASE_ENDPOINT",
                        ENDPOINT.replace("production", "staging"),
                        "PGHOST",
                        "staging.example.com",
                        "PGDATABASE",
                        "other")))
                .run(context -> assertThat(context.getBean(DataSource.class).toString())
                        .contains("branches/production")
                        .doesNotContain("staging"));
    }

    @Test
    void aBranchIsNamedByProjectAndId() {
        contexts.withPropertyValues("lakebase.project=shop", "lakebase.branch=staging")
                .run(context -> assertThat(
                                context.getBean(LakebaseDataSource.class).branchName())
                        .hasToString("projects/shop/branches/staging"));
    }

    @Test
    void anEndpointAndABranchTogetherFailTheStartAndNameBoth() {
        contexts.withPropertyValues("lakebase.endpoint=" + ENDPOINT, "lakebase.project=shop", "lakebase.branch=staging")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContainingAll("lakebase.endpoint", "lakebase.branch", "mutually exclusive"));
    }

    @Test
    void aBranchOfTheSettingsReplacesTheEnvironmentsEndpoint() {
        contexts.withPropertyValues("lakebase.project=shop", "lakebase.branch=staging")
                .withInitializer(environment(Map.of("LAKEBASE_ENDPOINT", ENDPOINT, "PGHOST", "production.example.com")))
                .run(context -> assertThat(
                                context.getBean(LakebaseDataSource.class).branchName())
                        .hasToString("projects/shop/branches/staging"));
    }

    @Test
    void halfABranchFailsTheStartAndNamesTheOtherHalf() {
        contexts.withPropertyValues("lakebase.project=shop")
                .run(context ->
                        assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("lakebase.branch"));
        contexts.withPropertyValues("lakebase.branch=staging")
                .run(context ->
                        assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("lakebase.project"));
    }

    @Test
    void connectionDetailsOfAnotherReplaceTheProperties() {
        contexts.withPropertyValues("lakebase.endpoint=" + ENDPOINT)
                .withBean(LakebaseConnectionDetails.class, () -> () -> ENDPOINT.replace("production", "of-a-test"))
                .run(context -> assertThat(
                                context.getBean(LakebaseDataSource.class).branchName())
                        .hasToString("projects/shop/branches/of-a-test"));
    }

    @Test
    void backsOffForAnXaDataSource() {
        contexts.withPropertyValues("lakebase.endpoint=" + ENDPOINT)
                .withBean(XADataSource.class, PGXADataSource::new)
                .run(context -> assertThat(context).doesNotHaveBean(LakebaseDataSource.class));
    }

    @Test
    void aBlankUrlIsNoUrl() {
        contexts.withPropertyValues("lakebase.endpoint=" + ENDPOINT, "spring.datasource.url=")
                .run(context -> assertThat(context).hasSingleBean(LakebaseDataSource.class));
    }

    @Test
    void aUrlBesideAnEndpointIsWarnedAbout(CapturedOutput output) {
        contexts.withConfiguration(AutoConfigurations.of(UrlBesideLakebaseAutoConfiguration.class))
                .withPropertyValues(
                        "lakebase.endpoint=" + ENDPOINT, "spring.datasource.url=jdbc:postgresql://localhost/mine")
                .run(context -> assertThat(output)
                        .containsOnlyOnce("lakebase.endpoint is set, and spring.datasource.url as well"));
    }

    @Test
    void aUrlAloneIsNotWarnedAbout(CapturedOutput output) {
        contexts.withConfiguration(AutoConfigurations.of(UrlBesideLakebaseAutoConfiguration.class))
                .withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost/mine")
                .run(context -> assertThat(output).doesNotContain("as well"));
    }

    @Test
    void theConditionReportSaysWhy() {
        assertThat(reasons("spring.datasource.url=jdbc:postgresql://localhost/mine", "lakebase.endpoint=" + ENDPOINT))
                .contains("spring.datasource.url names another database, so lakebase.endpoint is not used");
        assertThat(reasons("spring.datasource.url=jdbc:postgresql://localhost/mine"))
                .contains("did not find a target lakebase.endpoint, lakebase.branch, lakebase.project");
        assertThat(reasons("lakebase.enabled=false", "spring.datasource.url=jdbc:postgresql://localhost/mine"))
                .contains("lakebase.enabled is false");
        assertThat(reasons("lakebase.endpoint=" + ENDPOINT))
                .contains("lakebase.endpoint is set and spring.datasource.url is not");
    }

    private String reasons(String... properties) {
        var reasons = new StringBuilder();
        contexts.withPropertyValues(properties)
                .run(context -> ConditionEvaluationReport.get(context.getBeanFactory())
                        .getConditionAndOutcomesBySource()
                        .get(LakebaseAutoConfiguration.class.getName())
                        .forEach(outcome -> reasons.append(outcome.getOutcome().getMessage())));
        return reasons.toString();
    }

    @Test
    void connectionsAreFetchedLazilyWhereThatIsAskedFor() {
        contexts.withPropertyValues("lakebase.endpoint=" + ENDPOINT, "spring.datasource.connection-fetch=lazy")
                .run(context -> {
                    DataSource dataSource = context.getBean(DataSource.class);
                    assertThat(dataSource).isInstanceOf(LazyConnectionDataSourceProxy.class);
                    assertThat(DataSourceUnwrapper.unwrap(dataSource, LakebaseDataSource.class))
                            .isNotNull();
                });
    }

    @Test
    void aSecondDataSourceThatIsNoCandidateStandsBesideOurs() {
        contexts.withPropertyValues("lakebase.endpoint=" + ENDPOINT)
                .withUserConfiguration(Reporting.class)
                .run(context -> {
                    assertThat(context).getBeans(LakebaseDataSource.class).hasSize(2);
                    assertThat(context.getBean(JdbcClient.class)).isNotNull();
                    assertThat(context.getBean("reporting", LakebaseDataSource.class)
                                    .branchName())
                            .hasToString("projects/shop/branches/reporting");
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class Reporting {
        @Bean(defaultCandidate = false)
        LakebaseDataSource reporting(LakebaseClient client) {
            return LakebaseDataSource.builder()
                    .client(client)
                    .branch("projects/shop/branches/reporting")
                    .name("reporting")
                    .build();
        }
    }

    @Test
    void nothingIsSentAtStartUp() throws IOException {
        try (var workspace = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String host = "http://127.0.0.1:" + workspace.getLocalPort();
            contexts.withPropertyValues("lakebase.endpoint=" + ENDPOINT)
                    .withBean(
                            LakebaseClient.class,
                            () -> LakebaseClient.builder().host(host).token("t").build())
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        workspace.setSoTimeout(200);
                        assertThatThrownBy(workspace::accept).isInstanceOf(SocketTimeoutException.class);
                    });
        }
    }

    @Test
    void theWorkspaceAndTheIdentityMayComeFromSpringsOwnSources() {
        Map<String, Object> variables = new HashMap<>(SharedLocal.get().environment());
        contexts.withPropertyValues("lakebase.endpoint=" + SharedLocal.get().endpoint())
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("vault", variables)))
                .run(context -> assertThat(context.getBean(JdbcClient.class)
                                .sql("select current_user")
                                .query(String.class)
                                .single())
                        .isEqualTo(SharedLocal.get().user()));
    }

    @Test
    void failFastConnectsAtStartUp() {
        SharedLocal.connect(contexts)
                .withPropertyValues("lakebase.branch=production", "lakebase.fail-fast=true")
                .run(context -> assertThat(context.getBean(LakebaseDataSource.class)
                                .getHikariPoolMXBean()
                                .getTotalConnections())
                        .isEqualTo(1));
        SharedLocal.connect(contexts)
                .withPropertyValues(
                        "lakebase.branch=production", "lakebase.fail-fast=true", "lakebase.user=nobody@example.com")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("lakebase.fail-fast")
                        .hasStackTraceContaining("Login to Lakebase failed"));
    }
}
