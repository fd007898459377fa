package dev.lakebase.spring.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.spring.LakebaseAutoConfiguration;
import dev.lakebase.spring.SharedLocal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.env.MockEnvironment;

class MigrationTest {
    enum Tool {
        FLYWAY(FlywayAutoConfiguration.class, "spring.flyway", "spring.flyway.locations=classpath:migrations"),
        LIQUIBASE(
                LiquibaseAutoConfiguration.class,
                "spring.liquibase",
                "spring.liquibase.change-log=classpath:migrations/changelog.sql");

        private final Class<?> configuration;
        private final String prefix;
        private final String scripts;

        Tool(Class<?> configuration, String prefix, String scripts) {
            this.configuration = configuration;
            this.prefix = prefix;
            this.scripts = scripts;
        }

        ApplicationContextRunner contexts() {
            return SharedLocal.connect(new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(
                            LakebaseAutoConfiguration.class,
                            LakebaseMigrationAutoConfiguration.class,
                            DataSourceAutoConfiguration.class,
                            JdbcTemplateAutoConfiguration.class,
                            JdbcClientAutoConfiguration.class,
                            configuration))
                    .withPropertyValues(scripts));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBranchOfOnesOwnIsMigratedThroughTheDataSource(Tool tool) {
        tool.contexts()
                .withPropertyValues(
                        "lakebase.branch=" + SharedLocal.newBranch().name().branch())
                .run(MigrationTest::requireMigrated);
    }

    @ParameterizedTest
    @EnumSource
    void theDefaultBranchIsNotMigratedFromALaptop(Tool tool) {
        tool.contexts().withPropertyValues("lakebase.branch=production").run(context -> {
            assertThat(context.getStartupFailure())
                    .hasRootCauseInstanceOf(MigrationsRefusedException.class)
                    .rootCause()
                    .hasMessageContainingAll("branches/production", "default branch", "Nothing was changed");
        });
        tool.contexts()
                .withPropertyValues("lakebase.branch=production", tool.prefix + ".enabled=false")
                .run(context -> assertThat(tables(context)).doesNotContain("gadget"));
    }

    @ParameterizedTest
    @EnumSource
    void aProtectedBranchIsNotMigratedFromALaptop(Tool tool) {
        var branch = SharedLocal.newBranch();
        SharedLocal.whileProtected(
                branch,
                () -> tool.contexts()
                        .withPropertyValues("lakebase.branch=" + branch.name().branch())
                        .run(context -> assertThat(context.getStartupFailure())
                                .rootCause()
                                .hasMessageContaining("a protected branch")));
    }

    @ParameterizedTest
    @EnumSource
    void anAppOnThePlatformMigratesItsBranch(Tool tool) {
        tool.contexts()
                .withPropertyValues("lakebase.branch=production", "DATABRICKS_APP_PORT=8000", schema(tool, "of_app"))
                .run(MigrationTest::requireMigrated);
    }

    @ParameterizedTest
    @EnumSource
    void productionIsMigratedWhereThatIsSaidExplicitly(Tool tool) {
        tool.contexts()
                .withPropertyValues(
                        "lakebase.branch=production",
                        "lakebase.migrations.allow-production=true",
                        schema(tool, "explicit"))
                .run(MigrationTest::requireMigrated);
    }

    @ParameterizedTest
    @EnumSource
    void aUserOfItsOwnIsRefusedBecauseItWouldHaveNoToken(Tool tool) {
        tool.contexts()
                .withPropertyValues("lakebase.branch=production", tool.prefix + ".user=migrator")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasRootCauseInstanceOf(MigrationsRefusedException.class)
                        .rootCause()
                        .hasMessageContainingAll(tool.prefix + ".user", "without a Lakebase token"));
    }

    @ParameterizedTest
    @EnumSource
    void aUrlThatLeadsToLakebaseIsRefusedToo(Tool tool) {
        tool.contexts()
                .withPropertyValues(
                        "lakebase.branch=production",
                        tool.prefix
                                + ".url=jdbc:postgresql://ep-1a2b.database.eu-west-1.example.com/databricks_postgres")
                .run(context ->
                        assertThat(context.getStartupFailure()).rootCause().hasMessageContaining(tool.prefix + ".url"));
    }

    @Test
    void aUrlOfAnotherDatabaseIsNoneOfOurBusiness() {
        var logins = new OwnLogin(new MockEnvironment(), primary(new HikariDataSource()));
        logins.check("Flyway", "spring.flyway", "jdbc:postgresql://db.example.com/warehouse", "etl");
    }

    @Test
    void aUserOfItsOwnIsRefusedOnlyWhereItsLoginWouldBeLakebases() {
        new OwnLogin(new MockEnvironment(), primary(new HikariDataSource()))
                .check("Flyway", "spring.flyway", null, "migrator");
        try (LakebaseDataSource pool = LakebaseDataSource.builder()
                .branch("projects/shop/branches/production")
                .build()) {
            var logins = new OwnLogin(new MockEnvironment(), primary(pool));
            assertThatThrownBy(() -> logins.check("Flyway", "spring.flyway", null, "migrator"))
                    .isInstanceOf(MigrationsRefusedException.class);
        }
    }

    private static ObjectProvider<DataSource> primary(DataSource dataSource) {
        return new StaticListableBeanFactory(Map.of("dataSource", dataSource)).getBeanProvider(DataSource.class);
    }

    /** Also with a second client, of which nobody can say whether it is meant. */
    @ParameterizedTest
    @EnumSource
    void aPoolOfTheApplicationsOwnIsGuardedToo(Tool tool) {
        LakebaseClient client = SharedLocal.client();
        tool.contexts()
                .withPropertyValues("lakebase.enabled=false")
                .withBean("ours", LakebaseClient.class, () -> client)
                .withBean(
                        LakebaseDataSource.class,
                        () -> LakebaseDataSource.builder()
                                .client(client)
                                .branch("projects/local/branches/production")
                                .sslRootCert(SharedLocal.get().caCertificate())
                                .build())
                .run(context -> assertThat(context.getStartupFailure())
                        .hasRootCauseInstanceOf(MigrationsRefusedException.class)
                        .rootCause()
                        .hasMessageContaining("default branch"));
    }

    /** Of two other clients nobody can say whether one is meant. */
    @ParameterizedTest
    @EnumSource
    void aPoolThatMakesItsOwnClientIsGuardedToo(Tool tool) {
        tool.contexts()
                .withPropertyValues("lakebase.enabled=false")
                .withBean("another", LakebaseClient.class, SharedLocal::client)
                .withBean(
                        LakebaseDataSource.class,
                        () -> LakebaseDataSource.fromEnvironment(
                                SharedLocal.get().environment()))
                .run(context -> assertThat(context.getStartupFailure())
                        .hasRootCauseInstanceOf(MigrationsRefusedException.class)
                        .rootCause()
                        .hasMessageContaining("default branch"));
    }

    @ParameterizedTest
    @EnumSource
    void aBranchThatNobodyCanBeAskedAboutIsNotMigrated(Tool tool) {
        tool.contexts()
                .withPropertyValues("lakebase.enabled=false")
                .withBean("another", LakebaseClient.class, SharedLocal::client)
                .withBean(
                        LakebaseDataSource.class,
                        () -> LakebaseDataSource.builder()
                                .environment(Map.of())
                                .endpoint(SharedLocal.get().endpoint())
                                .host("localhost")
                                .user("etl")
                                .password("x")
                                .build())
                .run(context -> assertThat(context.getStartupFailure())
                        .hasRootCauseInstanceOf(MigrationsRefusedException.class)
                        .rootCause()
                        .hasMessageContaining("nobody can be asked"));
    }

    private static String schema(Tool tool, String name) {
        String schema = name + "_" + tool.name().toLowerCase(Locale.ROOT);
        return "spring.datasource.hikari.connection-init-sql=create schema if not exists " + schema
                + "; set search_path to " + schema;
    }

    private static void requireMigrated(AssertableApplicationContext context) {
        assertThat(context).hasNotFailed();
        assertThat(tables(context)).contains("gadget");
    }

    private static List<String> tables(AssertableApplicationContext context) {
        return context.getBean(JdbcClient.class)
                .sql("select tablename from pg_tables where schemaname = current_schema()")
                .query(String.class)
                .list();
    }
}
