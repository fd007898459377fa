package dev.lakebase.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.Branch;
import dev.lakebase.client.LakebaseClient;
import java.io.File;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs test classes the way JUnit does, and looks at what they saw and what they left. */
class LakebaseTestTest {
    /** What the inner test classes report: a label and what they saw. */
    private static final Map<String, String> SEEN = new ConcurrentHashMap<>();

    private static final Set<LakebaseClient> CLIENTS = ConcurrentHashMap.newKeySet();

    @LakebaseTest(from = "production", seed = "accounts.sql")
    static class Destroyer {
        Destroyer(Branch branch, LakebaseClient client) {
            SEEN.put("destroyer", branch.name().branch());
            SEEN.put("source", String.valueOf(branch.source()));
            CLIENTS.add(client);
        }

        @Test
        void dropsEverything(DataSource dataSource) throws SQLException {
            execute(dataSource, "drop table account");
            execute(dataSource, "create table ruin as select 1 as x");
        }

        @Nested
        class Inside {
            @Test
            void sharesTheBranch(DataSource dataSource, Branch branch) throws SQLException {
                assertThat(branch.name().branch()).isEqualTo(SEEN.get("destroyer"));
                assertThat(number(dataSource, "select count(*) from pg_tables where tablename = 'account'"))
                        .isZero();
            }
        }
    }

    @LakebaseTest(seed = "accounts.sql")
    static class Bystander {
        @Test
        void seesItsOwnSeedOnly(DataSource dataSource, Branch branch, LakebaseClient client) throws SQLException {
            SEEN.put("bystander", branch.name().branch());
            CLIENTS.add(client);
            assertThat(number(dataSource, "select sum(balance) from account")).isEqualTo(1000);
            assertThat(number(dataSource, "select count(*) from pg_tables where tablename = 'ruin'"))
                    .isZero();
        }
    }

    @LakebaseTest(seed = "missing.sql")
    static class NoSeed {
        @Test
        void isNeverRun() {
            throw new AssertionError("the seed is missing, so no test may run");
        }
    }

    @LakebaseTest(seed = {"accounts.sql", "broken.sql"})
    static class BrokenSeed {
        @Test
        void isNeverRun() {
            throw new AssertionError("the seed is broken, so no test may run");
        }
    }

    @LakebaseTest
    static class Around {
        @Nested
        @LakebaseTest(seed = "accounts.sql")
        class WithWishesOfItsOwn {
            @Test
            void isNeverRun() {
                throw new AssertionError("its branch would not be the one it asks for, so no test may run");
            }
        }
    }

    @LakebaseTest(from = "prodcution")
    static class NoParent {
        @Test
        void isNeverRun() {
            throw new AssertionError("there is no such branch, so no test may run");
        }
    }

    @Test
    void everyClassGetsItsOwnCopyAndNothingIsLeftAlsoWhenClassesRunInParallel() throws InterruptedException {
        EngineExecutionResults results = run(Destroyer.class, Bystander.class);

        results.testEvents().assertStatistics(events -> events.succeeded(3).failed(0));
        assertThat(SEEN.get("destroyer"))
                .matches("t-[a-z2-9]{8}-.*-?destroyer-.*")
                .isNotEqualTo(SEEN.get("bystander"));
        assertThat(SEEN.get("source")).endsWith("/branches/production");
        assertThat(CLIENTS).as("one Lakebase Local serves the run").hasSize(1);
        for (Thread each : Thread.getAllStackTraces().keySet()) {
            if (each.getName().contains("lakebase-local")) {
                each.join(TimeUnit.SECONDS.toMillis(20)); // told to end, and on its way
                assertThat(each.isAlive()).as("%s is left", each).isFalse();
            }
        }
        assertThat(ProcessHandle.current().descendants())
                .as("PostgreSQL processes")
                .isEmpty();
    }

    @Test
    void aMissingSeedScriptStopsTheClassAndIsNamed() {
        assertThat(failureOf(NoSeed.class)).contains("missing.sql").contains("class path");
    }

    @Test
    void aFailingSeedScriptStopsTheClassAndIsNamed() {
        assertThat(failureOf(BrokenSeed.class)).contains("broken.sql").contains("no_such_table");
    }

    @Test
    void aNestedClassWithAnAnnotationOfItsOwnIsRefused() {
        assertThat(failureOf(Around.class)).contains("WithWishesOfItsOwn").contains("shares the branch");
    }

    @Test
    void nothingOfTheEnvironmentReachesTheTests() throws Exception {
        assertThat(OtherJvm.run(
                        Bystander.class,
                        System.getProperty("java.class.path"),
                        Map.of(
                                "DATABRICKS_HOST", "https://production.example.com",
                                "DATABRICKS_CONFIG_PROFILE", "production",
                                "DATABRICKS_CLIENT_ID", "somebody",
                                "PGUSER", "somebody",
                                "PGHOST", "production.example.com",
                                "PGSSLMODE", "disable")))
                .endsWith("1 succeeded");
    }

    @Test
    void withoutLakebaseLocalTheAdviceIsToAddIt() throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("lakebase-local"))
                .collect(Collectors.joining(File.pathSeparator));

        assertThat(OtherJvm.run(Bystander.class, classPath, Map.of()))
                .contains("add dev.lakebase:lakebase-local in test scope")
                .endsWith("0 succeeded");
    }

    @Test
    void anUnknownParentStopsTheClassAndIsNamed() {
        assertThat(failureOf(NoParent.class)).contains("prodcution");
    }

    @Test
    void branchNamesTellBuildAndClassAndNoBuildsPrefixBeginsAnothers() {
        String name = BuildId.prefix("gh-4711", LakebaseTestTest.class, false);

        assertThat(name)
                .matches("t-[a-z2-9]{8}-gh-4711-lakebase-test-test-.*-[0-9a-f]{12}")
                .startsWith(BuildId.prefix("gh-4711"));
        assertThat(BuildId.prefix("gh-47112", LakebaseTestTest.class, false))
                .doesNotStartWith(BuildId.prefix("gh-4711"));
        assertThat(BuildId.prefix("x".repeat(200), LakebaseTestTest.class, false))
                .hasSizeLessThanOrEqualTo(54);
        assertThat(BuildId.prefix("***", LakebaseTestTest.class, false))
                .matches("t-[a-z2-9]{8}-lakebase-test-test-.*-[0-9a-f]{12}");
        assertThat(BuildId.prefix("gh-4711", LakebaseTestTest.class, true))
                .as("what is kept is out of a sweep's reach")
                .startsWith("k" + name.substring(1, 20))
                .doesNotStartWith(BuildId.prefix("gh-4711"));
    }

    private static EngineExecutionResults run(Class<?>... testClasses) {
        return EngineTestKit.engine("junit-jupiter")
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.mode.classes.default", "concurrent")
                .selectors(Arrays.stream(testClasses)
                        .map(DiscoverySelectors::selectClass)
                        .toArray(org.junit.platform.engine.DiscoverySelector[]::new))
                .execute();
    }

    private static String failureOf(Class<?> testClass) {
        StringBuilder messages = new StringBuilder();
        EngineExecutionResults results = run(testClass);
        assertThat(results.testEvents().started().count()).isZero();
        results.containerEvents().failed().stream()
                .flatMap(event -> event.getPayload(org.junit.platform.engine.TestExecutionResult.class).stream())
                .flatMap(result -> result.getThrowable().stream())
                .forEach(failure -> {
                    for (Throwable t = failure; t != null; t = t.getCause()) {
                        messages.append(t.getMessage()).append('\n');
                    }
                });
        return messages.toString();
    }

    private static void execute(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long number(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
