package dev.lakebase.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.Branch;
import dev.lakebase.client.LakebaseClient;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.test.context.cache.ContextCache;

/** Each setting does what it says. */
class SettingsTest {
    private static final Set<String> BRANCHES = ConcurrentHashMap.newKeySet();

    @LakebaseTest(scope = BranchScope.SUITE, seed = "accounts.sql")
    static class OneOfTheSuite {
        @Test
        void seesTheBranch(Branch branch, DataSource dataSource) throws SQLException {
            BRANCHES.add(branch.name().branch());
            assertThat(Sql.text(dataSource, "select count(*) from account")).isEqualTo("10");
        }
    }

    static class AnotherOfTheSuite extends OneOfTheSuite {}

    @Test
    void theSuiteSharesABranch() {
        BRANCHES.clear();
        assertThat(Results.failures(Results.inParallel(OneOfTheSuite.class, AnotherOfTheSuite.class)))
                .isEmpty();
        assertThat(BRANCHES).hasSize(1);
    }

    @LakebaseTest(readOnly = true, seed = "accounts.sql")
    static class Reader {
        private static final List<Connection> GIVEN = new CopyOnWriteArrayList<>();

        @RepeatedTest(2)
        void readsAndCannotWrite(Connection connection, Branch branch, @JdbcUrl String url) throws SQLException {
            assertThat(GIVEN)
                    .as("parameters of tests that are over")
                    .allSatisfy(given -> assertThat(given.isClosed()).isTrue());
            GIVEN.add(connection);
            BRANCHES.add(branch.name().branch());
            assertThat(Sql.text(connection, "select count(*) from account")).isEqualTo("10");
            assertThatThrownBy(() -> connection.createStatement().execute("delete from account"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
            try (Connection other = DriverManager.getConnection(url)) {
                assertThatThrownBy(() -> other.createStatement().execute("delete from account"))
                        .hasMessageContaining("read-only");
            }
        }
    }

    static class AnotherReader extends Reader {}

    @Test
    void readOnlyClassesCannotWriteAndShareABranch() {
        BRANCHES.clear();
        var results = Results.run(Reader.class, AnotherReader.class);

        assertThat(Results.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(4));
        assertThat(BRANCHES).hasSize(1);
    }

    static class Masking implements BranchPreparation {
        @Override
        public void prepare(DataSource dataSource, Branch branch) throws SQLException {
            Sql.execute(dataSource, "update product set name = 'masked' where id = 1");
        }
    }

    @LakebaseTest(flyway = "classpath:db/flyway", liquibase = "db/liquibase.xml", prepare = Masking.class)
    static class Prepared {
        @Test
        void isMigratedThenMasked(DataSource dataSource, @JdbcUrl String url) throws SQLException {
            assertThat(Sql.text(dataSource, "select name from product")).isEqualTo("masked");
            assertThat(Sql.text(dataSource, "select count(*) from supplier")).isEqualTo("0");
            assertThat(url).doesNotContain("password").doesNotContain("eyJ");
            try (Connection connection = DriverManager.getConnection(url)) {
                assertThat(Sql.text(connection, "select name from product")).isEqualTo("masked");
            }
        }
    }

    @Test
    void migrationsAndMaskingComeBeforeTheFirstTest() {
        assertThat(Results.failures(Results.run(Prepared.class))).isEmpty();
    }

    static class Registered {
        @RegisterExtension
        static final LakebaseExtension LAKEBASE = LakebaseExtension.builder()
                .scope(BranchScope.METHOD)
                .prepare((dataSource, branch) -> Sql.execute(dataSource, "create table mark (x int)"))
                .build();

        @Test
        void usesTheExtension(Branch branch) throws SQLException {
            assertThat(LAKEBASE.branch()).isEqualTo(branch);
            assertThat(Sql.text(LAKEBASE.dataSource(), "select count(*) from mark"))
                    .isEqualTo("0");
            assertThat(LAKEBASE.client().currentUserName()).isNotEmpty();
            assertThat(LAKEBASE.jdbcUrl()).startsWith("jdbc:postgresql://");
        }
    }

    @Test
    void theExtensionDoesWhatTheAnnotationDoes() {
        assertThat(Results.failures(Results.run(Registered.class))).isEmpty();
    }

    abstract static class SharesTheField {
        @RegisterExtension
        static final LakebaseExtension LAKEBASE = LakebaseExtension.create();

        private static final CyclicBarrier BOTH_RUN = new CyclicBarrier(2);

        @Test
        void isGivenItsOwnBranch(Branch branch) throws Exception {
            BOTH_RUN.await(30, TimeUnit.SECONDS);
            assertThat(LAKEBASE.branch()).isEqualTo(branch);
        }
    }

    static class FirstOfTheField extends SharesTheField {}

    static class SecondOfTheField extends SharesTheField {}

    @Test
    void anExtensionInTheFieldOfASuperclassTellsItsClassesApart() {
        var results = Results.inParallel(FirstOfTheField.class, SecondOfTheField.class);

        assertThat(Results.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(2));
    }

    @LakebaseTest(leaks = LeakPolicy.FAIL)
    static class Leaky {
        private static final CountDownLatch NEVER = new CountDownLatch(1);

        @Test
        void leavesAConnection(DataSource dataSource) throws SQLException {
            assertThat(dataSource.getConnection().isValid(5)).isTrue();
        }

        @Test
        void leavesAThread() throws InterruptedException {
            CountDownLatch runs = new CountDownLatch(1);
            Thread thread = new Thread(() -> {
                runs.countDown();
                try {
                    NEVER.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            thread.setName("forgotten");
            thread.setDaemon(true);
            thread.start();
            runs.await();
        }

        @Test
        void leavesABranch(LakebaseClient client) {
            client.branches("local")
                    .create(
                            "litter-of-" + getClass().getSimpleName().toLowerCase(Locale.ROOT),
                            b -> b.from("production").expiresIn(Duration.ofMinutes(5)))
                    .await(Duration.ofMinutes(1));
        }
    }

    @LakebaseTest(leaks = LeakPolicy.FAIL)
    static class Watched {
        @Test
        @Timeout(60)
        void isDoneInTime(Branch branch) {
            assertThat(branch.uid()).isNotEmpty();
        }
    }

    @Test
    void theThreadThatWatchesATestsTimeIsJUnitsOwn() {
        assertThat(Results.failures(Results.run(Watched.class))).isEmpty();
    }

    @LakebaseTest(leaks = LeakPolicy.IGNORE)
    static class LeakyOnPurpose extends Leaky {}

    @Test
    void whatIsLeftBehindIsNamedAndFailsTheTestUnlessNobodyLooks() {
        try (var log = new CapturedLog()) {
            var results = Results.run(Leaky.class, LeakyOnPurpose.class);

            results.testEvents().assertStatistics(events -> events.failed(3).succeeded(3));
            assertThat(Results.failures(results))
                    .contains("Leaky.leavesAConnection", "a connection, borrowed on thread", "SettingsTest.java")
                    .contains("thread forgotten at")
                    .contains("branch projects/local/branches/litter-of-leaky\n");
            assertThat(log.text()).contains("litter-of-leaky\n").doesNotContainIgnoringCase("LeakyOnPurpose");
        }
        Leaky.NEVER.countDown();
    }

    @LakebaseTest(leaks = LeakPolicy.FAIL)
    static class OneOfTwoLeaks {
        private static final CyclicBarrier BOTH = new CyclicBarrier(2);

        @Test
        void leavesABranch(LakebaseClient client) throws Exception {
            client.branches("local")
                    .create("litter-of-one", b -> b.from("production").expiresIn(Duration.ofMinutes(5)));
            BOTH.await(30, TimeUnit.SECONDS);
        }

        @Test
        void leavesNothing(Branch branch) throws Exception {
            BOTH.await(30, TimeUnit.SECONDS);
            assertThat(branch.uid()).isNotEmpty();
        }
    }

    @Test
    void inParallelABranchIsLeftByTheTestThatAskedForIt() {
        var results = Results.inParallel(OneOfTwoLeaks.class);

        results.testEvents().assertStatistics(events -> events.failed(1).succeeded(1));
        assertThat(Results.failures(results))
                .contains("OneOfTwoLeaks.leavesABranch", "branch projects/local/branches/litter-of-one");
    }

    @LakebaseTest
    static class HoldsABranch {}

    @Test
    void aClassThatGetsNoBranchInTimeSaysWhoHasThem() {
        BRANCHES.clear();
        RunSettings settings = new RunSettings(null, "b", 1, Duration.ofMillis(50), Duration.ZERO, null);
        BranchWish wish = BranchWish.of(HoldsABranch.class.getAnnotation(LakebaseTest.class));
        try (TestRun run = new TestRun(settings, TestPlatform.start(settings));
                OpenBranch first = run.open(wish, HoldsABranch.class)) {
            assertThatThrownBy(() -> run.open(wish, SettingsTest.class))
                    .hasMessageContaining("No branch for " + SettingsTest.class.getName())
                    .hasMessageContaining(first.name().toString())
                    .hasMessageContaining("lakebase.test.max-branches");
            first.close();
            try (OpenBranch second = run.open(wish, SettingsTest.class)) {
                assertThat(second.name()).isNotEqualTo(first.name());
            }
        }
    }

    @LakebaseTest(database = "")
    static class NoDatabase {}

    @Test
    void aBranchThatNoPoolCanBeMadeForIsDeleted() {
        RunSettings settings = new RunSettings(null, "b", 1, Duration.ofMillis(50), Duration.ZERO, null);
        BranchWish wish = BranchWish.of(NoDatabase.class.getAnnotation(LakebaseTest.class));
        try (TestRun run = new TestRun(settings, TestPlatform.start(settings))) {
            assertThatThrownBy(() -> run.open(wish, NoDatabase.class)).hasMessageContaining("database");

            assertThat(run.platform().client().branches("local").list())
                    .extracting(branch -> branch.name().branch())
                    .containsExactly("production");
            assertThat(RunBranches.MADE.takeLeft(by -> true)).isEmpty();
        }
    }

    @Test
    void springsCacheOfContextsDoesNotUseUpTheBranchesOfLakebaseLocal() {
        assertThat(maxBranches(Map.of())).isGreaterThan(ContextCache.DEFAULT_MAX_CONTEXT_CACHE_SIZE);
        assertThat(maxBranches(Map.of("lakebase.test.target", "remote", "lakebase.test.project", "shop")))
                .as("a workspace may allow ten")
                .isEqualTo(8);
    }

    private static int maxBranches(Map<String, String> parameters) {
        return RunSettings.read(name -> Optional.ofNullable(parameters.get(name)), Map.of())
                .maxBranches();
    }

    @LakebaseTest(keepOnFailure = true, scope = BranchScope.METHOD)
    @TestMethodOrder(MethodOrderer.MethodName.class)
    static class Fails {
        @Test
        void onPurpose(DataSource dataSource) throws SQLException {
            Sql.execute(dataSource, "create table evidence (x int)");
            throw new AssertionError("on purpose");
        }

        @Test
        void succeedsThenAndFindsTheEvidenceAside(DataSource dataSource, @JdbcUrl String url) throws SQLException {
            assertThat(Sql.text(dataSource, "select count(*) from pg_tables where tablename = 'evidence'"))
                    .isEqualTo("0");
            String aside = url.replace("/databricks_postgres?", "/failed_1_fails_onpurpose_datasource?");
            try (Connection connection = DriverManager.getConnection(aside)) {
                assertThat(Sql.text(connection, "select count(*) from evidence"))
                        .isEqualTo("0");
            }
        }
    }

    @LakebaseTest(leaks = LeakPolicy.FAIL)
    static class Innocent {
        @Test
        void leavesNothing(Branch branch) {
            assertThat(RunBranches.MADE.takeLeft(by -> true)).isEmpty();
            assertThat(RunBranches.MADE.contains(branch.name())).isTrue();
        }
    }

    @Test
    void aFailedTestsDatabaseIsKeptAndTheLogSaysHowToConnectWithoutASecretAndNobodyElseFails() {
        try (var log = new CapturedLog()) {
            var results = Results.run(Map.of("lakebase.test.keep-for", "PT0.01S"), Fails.class, Innocent.class);

            results.testEvents().assertStatistics(events -> events.failed(1).succeeded(2));
            assertThat(log.text())
                    .contains("psql \"host=localhost", "dbname=failed_1_fails_onpurpose", "PGPASSFILE=")
                    .doesNotContain("eyJ");
        }
    }

    @Test
    void aSweepOfWhatAnotherJvmMayStillUseIsRefused() {
        assertThat(Results.failures(Results.run(Map.of("lakebase.test.sweep-after", "PT59M"), RunsNever.class)))
                .contains("lakebase.test.sweep-after is \"PT59M\", expected PT1H or more");
    }

    @LakebaseTest
    static class RunsNever {
        @Test
        void isNeverRun() {
            throw new AssertionError("the settings are wrong, so no test may run");
        }
    }
}
