package dev.lakebase.integrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.Branch;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.testing.BranchScope;
import dev.lakebase.testing.LakebaseTest;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@LakebaseTest(scope = BranchScope.METHOD)
@Timeout(120)
class FlywayTest {
    private static final String TOTALS = "SELECT customer || ' ' || cents FROM total ORDER BY 1";

    private final Shop shop;

    FlywayTest(LakebaseLocal local, LakebaseClient client, Branch branch) {
        shop = new Shop(local, client, branch);
    }

    @Test
    void migratesOnTheDataSourceBeforeAndAfterTheComputeFellAsleep(LakebaseDataSource dataSource) throws Exception {
        assertThat(flyway("first").dataSource(dataSource).load().migrate().migrationsExecuted)
                .isEqualTo(1);
        shop.fallAsleep();
        assertThat(flyway("first", "second").dataSource(dataSource).load().migrate().migrationsExecuted)
                .isEqualTo(1);
        assertThat(Shop.rows(dataSource, TOTALS)).containsExactly("ada 1300", "grace 300");
        assertThat(flyway("first", "second").dataSource(dataSource).load().validateWithResult().validationSuccessful)
                .isTrue();
    }

    @Test
    void migratesByAUrlBeforeAndAfterTheComputeFellAsleep(LakebaseDataSource dataSource, @TempDir Path folder)
            throws Exception {
        String url = shop.urlWithProfile(folder);
        assertThat(flyway("first").dataSource(url, null, null).load().migrate().migrationsExecuted)
                .isEqualTo(1);
        shop.fallAsleep();
        assertThat(flyway("first", "second").dataSource(url, null, null).load().migrate().migrationsExecuted)
                .isEqualTo(1);
        assertThat(Shop.rows(dataSource, TOTALS)).containsExactly("ada 1300", "grace 300");
    }

    @Test
    void aUrlWithoutVerifiedTlsIsTurnedDownInWordsThatFlywayPassesOn(@TempDir Path folder) throws Exception {
        String weak = shop.urlWithProfile(folder).replace("verify-full", "require");
        assertThatThrownBy(() ->
                        flyway("first").dataSource(weak, null, null).load().migrate())
                .hasMessageContaining("sslmode is 'require', expected verify-full");
    }

    /** As the command line runs: a process of its own, whose environment says who it is, and where no JUnit is. */
    @Test
    void aProcessWithAUrlAndTheEnvironmentMigrates(LakebaseDataSource dataSource) throws Exception {
        ProcessBuilder process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // lakebase-testing is on its class path, and so is the guard
                        "-Dlakebase.test.allow=" + shop.endpoint(),
                        "-cp",
                        classPathWithoutJUnit(),
                        FlywayByUrl.class.getName(),
                        shop.url()))
                .redirectErrorStream(true);
        process.environment().putAll(shop.environment());
        Process running = process.start();
        String said = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(running.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(running.exitValue()).as(said).isZero();
        assertThat(said)
                .contains("migrated: 2")
                .doesNotContain(shop.environment().get("DATABRICKS_TOKEN"));
        assertThat(Shop.rows(dataSource, TOTALS)).containsExactly("ada 1300", "grace 300");
    }

    private static String classPathWithoutJUnit() {
        String[] all = System.getProperty("java.class.path").split(File.pathSeparator);
        List<String> others = Arrays.stream(all)
                .filter(entry -> !entry.contains("junit") && !entry.contains("opentest4j"))
                .toList();
        assertThat(others).as("the guard's included").hasSizeLessThan(all.length);
        return String.join(File.pathSeparator, others);
    }

    static FluentConfiguration flyway(String... folders) {
        return Flyway.configure()
                .locations(Arrays.stream(folders)
                        .map(folder -> "classpath:flyway/" + folder)
                        .toArray(String[]::new));
    }
}
