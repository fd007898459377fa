package dev.lakebase.spring.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.spring.LakebaseAutoConfiguration;
import dev.lakebase.spring.LakebaseProperties;
import java.io.IOException;
import java.net.Socket;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.devtools.restart.Restarter;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.jdbc.core.simple.JdbcClient;

class LocalTest {
    private static final String ON = "lakebase.local.enabled=true";
    private static final String SEED = "lakebase.local.seed=classpath:seed.sql";

    private final ApplicationContextRunner contexts = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LakebaseLocalAutoConfiguration.class,
                    LakebaseAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    JdbcClientAutoConfiguration.class));

    @AfterEach
    void forgetTheDeveloperTools() {
        Restarter.clearInstance();
    }

    private static String greeting(AssertableApplicationContext context) {
        return context.getBean(JdbcClient.class)
                .sql("select text from greeting")
                .query(String.class)
                .single();
    }

    @Test
    void theApplicationFindsASeededDatabaseAndLeavesNothingBehind() {
        var started = new AtomicReference<LakebaseLocal>();
        contexts.withPropertyValues(ON, SEED, "lakebase.local.project=shop", "lakebase.local.user=ana@example.com")
                .run(context -> {
                    started.set(context.getBean(LakebaseLocal.class));
                    assertThat(greeting(context)).isEqualTo("hello");
                    assertThat(context.getBean(LakebaseDataSource.class).branchName())
                            .hasToString("projects/shop/branches/production");
                    assertThat(context.getBean(JdbcClient.class)
                                    .sql("select current_user")
                                    .query(String.class)
                                    .single())
                            .isEqualTo("ana@example.com");
                });
        assertThat(answers(started.get())).isFalse();
    }

    @Test
    void itReplacesEveryOtherTarget() {
        contexts.withPropertyValues(
                        ON,
                        SEED,
                        "lakebase.endpoint=projects/shop/branches/production/endpoints/primary",
                        "lakebase.host=production.example.com",
                        "spring.datasource.url=jdbc:postgresql://production.example.com/shop")
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addLast(new SystemEnvironmentPropertySource(
                                "systemEnvironment",
                                Map.of(
                                        "LAKEBASE_ENDPOINT",
                                        "projects/shop/branches/production/endpoints/primary",
                                        "PGHOST",
                                        "production.example.com",
                                        "PGUSER",
                                        "app",
                                        "PGDATABASE",
                                        "shop"))))
                .run(context -> {
                    assertThat(greeting(context)).isEqualTo("hello");
                    assertThat(context.getBean(LakebaseDataSource.class).branchName())
                            .hasToString("projects/local/branches/production");
                });
    }

    @Test
    void itDoesNotStartBecauseItIsOnTheClassPath() {
        contexts.withPropertyValues("lakebase.endpoint=projects/shop/branches/production/endpoints/primary")
                .run(context -> assertThat(context)
                        .hasSingleBean(LakebaseDataSource.class)
                        .doesNotHaveBean(LakebaseLocal.class));
    }

    @Test
    void anAppMayCreateSchemasAndSeesNothingOfTheDevelopers() {
        contexts.withPropertyValues(ON, SEED, "lakebase.local.app=holidays").run(context -> {
            JdbcClient jdbc = context.getBean(JdbcClient.class);
            assertThat(jdbc.sql("select current_user").query(String.class).single())
                    .isEqualTo(context.getBean(LakebaseLocal.class)
                            .identity("holidays")
                            .userName());
            jdbc.sql("create schema holidays").update();
            assertThatThrownBy(() -> greeting(context)).rootCause().hasMessageContaining("permission denied");
        });
    }

    @Test
    void itIsRefusedInsideADatabricksApp() {
        contexts.withPropertyValues(ON, "DATABRICKS_APP_PORT=8000")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContainingAll("DATABRICKS_APP_PORT", "development profile"));
    }

    @Test
    void aSeedThatIsMissingIsNamedBeforeAnythingStarts() {
        contexts.withPropertyValues(ON, "lakebase.local.seed=classpath:no-such.sql")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContainingAll("lakebase.local.seed", "classpath:no-such.sql"));
    }

    @Test
    void withoutItsJarTheDependencyIsNamed() {
        contexts.withPropertyValues(ON)
                .withClassLoader(new FilteredClassLoader(LakebaseLocal.class))
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("dev.lakebase:lakebase-local"));
    }

    @Test
    void aDataDirectoryIsSeededOnceAndKeptAfterwards(@TempDir Path data) throws IOException {
        String directory = "lakebase.local.data-directory=" + data.resolve("lakebase");
        Path wrong = Files.writeString(data.resolve("wrong.sql"), "create tabel greeting (text text)");
        contexts.withPropertyValues(ON, "lakebase.local.seed=" + wrong.toUri(), directory)
                .run(context -> assertThat(context).hasFailed());
        contexts.withPropertyValues(ON, SEED, directory).run(context -> {
            assertThat(greeting(context)).isEqualTo("hello");
            context.getBean(JdbcClient.class)
                    .sql("update greeting set text = 'changed'")
                    .update();
        });
        contexts.withPropertyValues(ON, SEED, directory)
                .run(context -> assertThat(greeting(context)).isEqualTo("changed"));
    }

    @Test
    void theDeveloperToolsKeepItAcrossRestarts(@TempDir Path classes) throws IOException {
        URL[] watched = {classes.toUri().toURL()};
        Restarter.initialize(new String[0], false, thread -> watched, false);
        var kept = new AtomicReference<LakebaseLocal>();
        contexts.withPropertyValues(ON, SEED).run(context -> {
            kept.set(context.getBean(LakebaseLocal.class));
            context.getBean(JdbcClient.class)
                    .sql("update greeting set text = 'changed'")
                    .update();
        });
        try {
            contexts.withPropertyValues(ON, SEED).run(context -> {
                assertThat(context.getBean(LakebaseLocal.class)).isSameAs(kept.get());
                assertThat(greeting(context)).isEqualTo("changed");
            });
        } finally {
            kept.get().close();
        }
    }

    @Test
    void whatTheDeveloperToolsCanNotKeepEndsWithTheContext(@TempDir Path classes) throws IOException {
        URL[] watched = {classes.toUri().toURL()};
        Restarter.initialize(new String[0], false, thread -> watched, false);
        var settings = new LakebaseProperties.Local(
                true, "local", "dev@example.com", null, List.of("classpath:seed.sql"), Duration.ofHours(1), null);
        Object ofAnotherClassLoader =
                Restarter.getInstance().getOrAddAttribute("lakebase-local " + settings, Object::new);
        var started = new AtomicReference<LakebaseLocal>();
        contexts.withPropertyValues(ON, SEED).run(context -> started.set(context.getBean(LakebaseLocal.class)));

        assertThat(Restarter.getInstance().getOrAddAttribute("lakebase-local " + settings, () -> started))
                .as("the name that the starter asks for")
                .isSameAs(ofAnotherClassLoader);
        assertThat(answers(started.get())).isFalse();
    }

    private static boolean answers(LakebaseLocal local) {
        try (Socket socket = new Socket(local.host().getHost(), local.host().getPort())) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
