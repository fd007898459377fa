package dev.lakebase.spring.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.BranchName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.NotFoundException;
import dev.lakebase.client.PermissionDeniedException;
import dev.lakebase.client.QuotaExceededException;
import dev.lakebase.client.UnauthenticatedException;
import dev.lakebase.client.UnavailableException;
import dev.lakebase.jdbc.login.LoginFailure;
import dev.lakebase.spring.LakebaseAutoConfiguration;
import dev.lakebase.spring.SharedLocal;
import dev.lakebase.spring.git.LakebaseGitAutoConfiguration;
import dev.lakebase.spring.migration.LakebaseMigrationAutoConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/** What a person reads when the application does not start. */
class FailureAnalysisTest {
    private final ApplicationContextRunner contexts = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LakebaseAutoConfiguration.class,
                    LakebaseMigrationAutoConfiguration.class,
                    FlywayAutoConfiguration.class))
            .withPropertyValues("spring.flyway.enabled=false");

    @ParameterizedTest
    @CsvSource({
        "lakebase.endpoint=production, projects/{project}, Set lakebase.endpoint",
        "lakebase.wake-budget=2m, connectionTimeout, spring.datasource.hikari.connection-timeout",
        "lakebase.token-ttl=2h, from PT5M to PT1H, Correct lakebase.token-ttl",
        "lakebase.port=70000, 70000, Correct lakebase.port",
        "lakebase.ssl-root-cert=/no/such.pem, /no/such.pem, Correct lakebase.ssl-root-cert",
        "lakebase.user=, user, Correct lakebase.user",
        "spring.datasource.hikari.jdbc-url=jdbc:x, jdbcUrl, Correct spring.datasource.hikari.jdbc-url",
        "spring.datasource.hikari.statement-timeout=-1s, statementTimeout, Correct spring.datasource.hikari.statement-timeout",
        "spring.datasource.hikari.data-source-properties.sslmode=disable, sslmode, hikari.data-source-properties.sslmode",
        "PGSSLMODE=disable, PGSSLMODE, Correct or unset the environment variable PGSSLMODE",
        "PGPORT=5432abc, 5432abc, Correct or unset the environment variable PGPORT"
    })
    void aWrongSettingIsNamedAsTheApplicationWritesIt(String property, String description, String action) {
        contexts.withPropertyValues(
                        "LAKEBASE_ENDPOINT=projects/shop/branches/production/endpoints/primary",
                        "lakebase.fail-fast=true",
                        "lakebase.endpoint=projects/shop/branches/production/endpoints/primary",
                        property)
                .withBean(LakebaseClient.class, SharedLocal::client)
                .run(context -> {
                    FailureAnalysis analysis = analyze(context.getStartupFailure());
                    assertThat(analysis.getDescription()).contains(description);
                    assertThat(analysis.getAction()).contains(action);
                });
    }

    @Test
    void aLoginThatWasTurnedDownSaysHowToGetARole() {
        SharedLocal.connect(contexts)
                .withPropertyValues(
                        "lakebase.branch=production", "lakebase.fail-fast=true", "lakebase.user=nobody@example.com")
                .run(context -> {
                    FailureAnalysis analysis = analyze(context.getStartupFailure());
                    assertThat(analysis.getDescription()).contains("Login to Lakebase failed", "nobody@example.com");
                    assertThat(analysis.getAction()).contains("Postgres role", "lakebase.user");
                });
    }

    @Test
    void aMintThatWasRefusedSaysWhatTheControlPlaneNeeds() {
        SharedLocal.connect(contexts)
                .withPropertyValues("lakebase.branch=no-such-branch", "lakebase.fail-fast=true")
                .run(context -> {
                    FailureAnalysis analysis = analyze(context.getStartupFailure());
                    assertThat(analysis.getDescription()).contains("Login to Lakebase failed", "no-such-branch");
                    assertThat(analysis.getAction()).contains("Check lakebase.endpoint");
                });
    }

    @Test
    void aHostOfAnotherEndpointIsToBeCorrected() {
        contexts.withBean(LakebaseClient.class, SharedLocal::client)
                .withPropertyValues(
                        "lakebase.endpoint=" + SharedLocal.get().endpoint(),
                        "lakebase.host=ep-other.database.example.com",
                        "lakebase.fail-fast=true")
                .run(context -> {
                    FailureAnalysis analysis = analyze(context.getStartupFailure());
                    assertThat(analysis.getDescription()).contains("does not belong to");
                    assertThat(analysis.getAction()).contains("Correct lakebase.host");
                });
    }

    @Test
    void aDisabledEndpointIsToBeEnabled() {
        var branch = SharedLocal.newBranch().name();
        SharedLocal.connect(contexts)
                .withPropertyValues("lakebase.branch=" + branch.branch(), "lakebase.fail-fast=true")
                .withInitializer(context -> disable(branch))
                .run(context -> {
                    FailureAnalysis analysis = analyze(context.getStartupFailure());
                    assertThat(analysis.getDescription()).contains("disabled");
                    assertThat(analysis.getAction()).contains("Enable the endpoint");
                });
    }

    private static void disable(BranchName branch) {
        try (LakebaseClient client = SharedLocal.client()) {
            client.endpoints()
                    .disable(client.endpoints().readWrite(branch).name())
                    .await(Duration.ofMinutes(1));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "REJECTED, 28P01, Postgres role",
        "WAKING, 08001, raise lakebase.wake-budget",
        "FULL, 53300, spring.datasource.hikari.maximum-pool-size",
        "UNKNOWN_HOST, 08001, have the host looked up",
        "UNTRUSTED, 08006, lakebase.ssl-root-cert",
        "NO_TLS, 08004, this is no Lakebase endpoint",
        "NO_DATABASE, 3D000, Set lakebase.database",
        "DISABLED, 57P03, Enable the endpoint",
        "GONE, 08001, Check the branch",
        "REFUSED, 08001, Correct lakebase.host",
        "NO_ANSWER, 08001, Check DATABRICKS_HOST",
        "OUT_OF_TIME, 08001, Start again. If it stays so, raise lakebase.wake-budget",
        "ENDED, 08003, Start again",
        "OTHER, 08001, correct what the message names"
    })
    void everyKindOfFailedLoginHasItsOwnAction(LoginFailure kind, String state, String action) {
        var login = new SQLException(
                "Login to Lakebase failed: no. Tried 1 login in 0.10 s. " + kind.advice() + " (asked again)", state);

        assertThat(analyze(new IllegalStateException("bean", login)).getAction())
                .contains(action);
    }

    @Test
    void aLoginThatFailedUnexpectedlyIsNotTakenForASleepingCompute() {
        var login = new SQLException("Login to Lakebase failed unexpectedly: java.lang.LinkageError", "08001");

        assertThat(analyze(login).getAction()).doesNotContain("wake").contains("Start again");
    }

    @Test
    void aWorkTreeWithoutABranchSaysWhatToDo(@TempDir Path tree) throws IOException {
        Files.writeString(Files.createDirectory(tree.resolve(".git")).resolve("HEAD"), "3f2a9c1d0e");
        SharedLocal.connect(contexts)
                .withConfiguration(AutoConfigurations.of(LakebaseGitAutoConfiguration.class))
                .withPropertyValues("lakebase.branch-from-git=true", "lakebase.git.directory=" + tree)
                .run(context -> {
                    FailureAnalysis analysis = analyze(context.getStartupFailure());
                    assertThat(analysis.getDescription()).contains("lakebase.branch-from-git: ", "detached");
                    assertThat(analysis.getAction()).contains("Check out a git branch", "lakebase.git.directory");
                });
    }

    @Test
    void aDatabaseThatDoesNotExistSaysWhichNameIsMeant() {
        SharedLocal.connect(contexts)
                .withPropertyValues(
                        "lakebase.branch=production",
                        "lakebase.fail-fast=true",
                        "lakebase.database=databricks-postgres")
                .run(context -> assertThat(analyze(context.getStartupFailure()).getAction())
                        .contains("lakebase.database"));
    }

    @Test
    void aServerOfAnotherAuthoritySaysHowToTrustIt() {
        contexts.withBean(LakebaseClient.class, SharedLocal::client)
                .withPropertyValues("lakebase.endpoint=" + SharedLocal.get().endpoint(), "lakebase.fail-fast=true")
                .run(context -> assertThat(analyze(context.getStartupFailure()).getAction())
                        .contains("lakebase.ssl-root-cert"));
    }

    @Test
    void migrationsOfProductionSayHowToGoOn() {
        SharedLocal.connect(contexts)
                .withPropertyValues(
                        "lakebase.branch=production",
                        "spring.flyway.enabled=true",
                        "spring.flyway.locations=classpath:migrations")
                .run(context -> {
                    FailureAnalysis analysis = analyze(context.getStartupFailure());
                    assertThat(analysis.getDescription()).contains("Flyway", "default branch");
                    assertThat(analysis.getAction()).contains("lakebase.migrations.allow-production");
                });
    }

    static Stream<Arguments> controlPlane() {
        return Stream.of(
                Arguments.of(new UnauthenticatedException("no token"), "DATABRICKS_HOST"),
                Arguments.of(new PermissionDeniedException("CAN MANAGE is missing"), "permission"),
                Arguments.of(new NotFoundException("projects/shop not found"), "lakebase.endpoint"),
                Arguments.of(new QuotaExceededException("10 branches"), "expire"),
                Arguments.of(new UnavailableException("HTTP 503"), "Start again"));
    }

    @ParameterizedTest
    @MethodSource
    void controlPlane(RuntimeException failure, String action) {
        FailureAnalysis analysis = analyze(new IllegalStateException("bean", failure));

        assertThat(analysis.getDescription()).contains(failure.getMessage());
        assertThat(analysis.getAction()).contains(action);
    }

    /** As Spring Boot does it: the first analyzer that knows the failure. */
    private static FailureAnalysis analyze(Throwable failure) {
        assertThat(failure).isNotNull();
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, FailureHandler.handleMessage((message, problem) -> {}))
                .stream()
                .filter(analyzer -> analyzer.getClass().getName().startsWith("dev.lakebase."))
                .map(analyzer -> analyzer.analyze(failure))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody explains this", failure));
    }
}
