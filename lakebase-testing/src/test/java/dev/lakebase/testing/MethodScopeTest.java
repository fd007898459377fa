package dev.lakebase.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.Branch;
import dev.lakebase.local.LakebaseLocal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.platform.testkit.engine.EngineExecutionResults;

/** Every method sees what the class began with, whatever the one before has done. */
class MethodScopeTest {
    private static final Set<String> BRANCHES = ConcurrentHashMap.newKeySet();
    private static final String COUNT = "select count(*) from account";
    private static final String SPARE = "select from pg_database where datname = 'lakebase_test_spare'";
    private static final List<Connection> LEFT_OPEN = new CopyOnWriteArrayList<>();

    @LakebaseTest(
            scope = BranchScope.METHOD,
            seed = {"accounts.sql", "everything.sql"},
            leaks = LeakPolicy.FAIL)
    static class Vandals {
        private static final List<List<String>> SEEN = new CopyOnWriteArrayList<>();

        private final DataSource dataSource;

        Vandals(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        @RepeatedTest(4)
        void breaksEverything(Branch branch) throws SQLException {
            BRANCHES.add(branch.name().branch());
            SEEN.add(Vandal.look(dataSource));
            Vandal.breakEverything(dataSource);
        }
    }

    @Test
    void everyMethodSeesPristineDataWhateverTheLastOneBroke() {
        Vandals.SEEN.clear();
        BRANCHES.clear();

        EngineExecutionResults results = Results.inParallel(Vandals.class);

        assertThat(Results.failures(results)).isEmpty();
        assertThat(BRANCHES).as("a reset, no new branch").hasSize(1);
        assertThat(Vandals.SEEN).hasSize(4);
        assertThat(Vandals.SEEN.get(0))
                .as("what the seed scripts set up")
                .contains(
                        "10 1000", "account", "42", "1", "5MB app, \"$user\", public", "app,information_schema,public");
        assertThat(Vandals.SEEN)
                .as("what later methods see")
                .allSatisfy(seen -> assertThat(seen).isEqualTo(Vandals.SEEN.get(0)));
    }

    @LakebaseTest(scope = BranchScope.METHOD, seed = "accounts.sql")
    static class Forgetful {
        @RepeatedTest(12)
        void leavesAConnectionWithALockAndAnOpenTransaction(DataSource dataSource) throws SQLException {
            Connection left = dataSource.getConnection();
            LEFT_OPEN.add(left);
            left.setAutoCommit(false);
            left.createStatement().execute("lock table account; delete from account");
            assertThat(Sql.text(left, "select count(*) from account")).isEqualTo("0");
        }
    }

    @Test
    void leftoverConnectionsAreClosedAndToldAndNeverFillThePool() {
        LEFT_OPEN.clear();
        try (var log = new CapturedLog()) {
            EngineExecutionResults results = Results.run(Forgetful.class);

            assertThat(Results.failures(results)).isEmpty();
            assertThat(LEFT_OPEN)
                    .hasSize(12)
                    .allSatisfy(connection -> assertThat(connection.isClosed()).isTrue());
            assertThat(log.text())
                    .contains("Forgetful.repetition 1 of 12 has left behind:")
                    .contains("a connection, borrowed on thread")
                    .contains("MethodScopeTest.java");
        }
    }

    @LakebaseTest(scope = BranchScope.METHOD, seed = "accounts.sql")
    static class RoleMaker {
        @RepeatedTest(2)
        void makesARole(DataSource dataSource, Branch branch) throws SQLException {
            BRANCHES.add(branch.name().branch());
            Sql.execute(dataSource, "create role intruder", "alter role current_user set work_mem = '7MB'");
        }
    }

    @Test
    void aTestThatTouchesRolesFailsWithAdviceAndTheNextOneGetsANewBranch() {
        BRANCHES.clear();

        EngineExecutionResults results = Results.run(RoleMaker.class);

        results.testEvents().assertStatistics(events -> events.failed(2));
        assertThat(Results.failures(results))
                .contains("made role intruder", "settings of role", "isolation = BRANCH")
                .doesNotContain("already exists");
        assertThat(BRANCHES).hasSize(2);
    }

    @LakebaseTest(scope = BranchScope.METHOD, isolation = Isolation.BRANCH, seed = "accounts.sql")
    static class RoleMakerWithABranch {
        @RepeatedTest(2)
        void makesARole(DataSource dataSource, Branch branch) throws SQLException {
            BRANCHES.add(branch.name().branch());
            Sql.execute(dataSource, "create role intruder");
        }
    }

    @Test
    void withIsolationBranchEveryMethodHasRolesOfItsOwnAlsoAtOnce() {
        BRANCHES.clear();

        EngineExecutionResults results = Results.inParallel(RoleMakerWithABranch.class);

        assertThat(Results.failures(results)).isEmpty();
        assertThat(BRANCHES).hasSize(2);
    }

    @LakebaseTest(scope = BranchScope.METHOD)
    static class WithLifecycle {
        @BeforeAll
        static void fill(DataSource dataSource) throws SQLException {
            Sql.execute(dataSource, "create table item (name text); insert into item values ('outer')");
        }

        @RepeatedTest(2)
        void seesWhatBeforeAllWrote(DataSource dataSource) throws SQLException {
            assertThat(Sql.text(dataSource, "select string_agg(name, ',') from item"))
                    .isEqualTo("outer");
            Sql.execute(dataSource, "drop table item");
        }

        @Nested
        @TestInstance(TestInstance.Lifecycle.PER_CLASS)
        class Inside {
            @BeforeAll
            void more(DataSource dataSource) throws SQLException {
                Sql.execute(dataSource, "insert into item values ('inner')");
            }

            @RepeatedTest(2)
            void seesBoth(DataSource dataSource) throws SQLException {
                assertThat(Sql.text(dataSource, "select string_agg(name, ',') from item"))
                        .isEqualTo("outer,inner");
                Sql.execute(dataSource, "drop table item");
            }
        }

        @Nested
        class Beside {
            @Test
            void seesOnlyTheOuter(DataSource dataSource) throws SQLException {
                assertThat(Sql.text(dataSource, "select string_agg(name, ',') from item"))
                        .isEqualTo("outer");
            }
        }
    }

    @Test
    void whatBeforeAllWritesIsPartOfTheTemplateAndANestedClassesGoesWithIt() {
        EngineExecutionResults results = Results.inParallel(WithLifecycle.class);

        assertThat(Results.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(5));
    }

    /** Whichever of the nested classes goes first. */
    @LakebaseTest(scope = BranchScope.METHOD, seed = "accounts.sql")
    static class OnlyNested {
        @Nested
        class First extends OneOfTwo {}

        @Nested
        class Second extends OneOfTwo {}

        abstract static class OneOfTwo {
            @BeforeAll
            static void fill(DataSource dataSource) throws SQLException {
                Sql.execute(dataSource, "insert into account values (101, 1)");
            }

            @Test
            void seesTheSeedAndItsOwn(DataSource dataSource) throws SQLException {
                assertThat(Sql.text(dataSource, COUNT)).isEqualTo("11");
            }
        }
    }

    @LakebaseTest(scope = BranchScope.METHOD, seed = "accounts.sql")
    static class NestedTwice {
        @Test
        void seesTheSeed(DataSource dataSource) throws SQLException {
            assertThat(Sql.text(dataSource, COUNT)).isEqualTo("10");
        }

        @Nested
        class Between {
            @BeforeAll
            static void fill(DataSource dataSource) throws SQLException {
                Sql.execute(dataSource, "insert into account values (100, 1)");
            }

            @Nested
            class First extends Inner {}

            @Nested
            class Second extends Inner {}

            @Nested
            class Third {
                @Test
                void seesWhatTheClassAroundItWrote(DataSource dataSource) throws SQLException {
                    assertThat(Sql.text(dataSource, COUNT)).isEqualTo("11");
                }
            }
        }

        abstract static class Inner {
            @BeforeAll
            static void fill(DataSource dataSource) throws SQLException {
                Sql.execute(dataSource, "insert into account values (101, 1)");
            }

            @Test
            void seesWhatTheClassAroundItWroteToo(DataSource dataSource) throws SQLException {
                assertThat(Sql.text(dataSource, COUNT)).isEqualTo("12");
            }
        }
    }

    @Test
    void whatANestedClassWroteGoesAndWhatIsAroundItStays() {
        EngineExecutionResults results = Results.run(OnlyNested.class, NestedTwice.class);

        assertThat(Results.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(6));
    }

    static class GivesTheDatabaseAway implements BranchPreparation {
        @Override
        public void prepare(DataSource dataSource, Branch branch) throws SQLException {
            Sql.execute(
                    dataSource,
                    "create role other",
                    "grant other to current_user",
                    "alter database databricks_postgres owner to other",
                    "revoke other from current_user");
        }
    }

    @LakebaseTest(scope = BranchScope.METHOD, prepare = GivesTheDatabaseAway.class)
    static class NotTheOwner {
        @RepeatedTest(2)
        void isNeverRun() {
            throw new AssertionError("its database can't be reset, so no test may run");
        }
    }

    @Test
    void whereTheDatabaseCannotBeKeptEveryTestIsToldWhy() {
        EngineExecutionResults results = Results.run(NotTheOwner.class);

        results.testEvents().assertStatistics(events -> events.failed(2));
        assertThat(Results.failures(results))
                .containsPattern("(?s)has to own the database.*has to own the database")
                .doesNotContain("no test may run", "NoSuchElement");
    }

    /** What is copied ahead of a test, and the sessions that do so, are not out of its reach. */
    @LakebaseTest(scope = BranchScope.METHOD, seed = "accounts.sql")
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static class EndsSessions {
        private static Connection inTheWay;

        @Test
        @Order(1)
        void locksTheTemplate(DataSource dataSource, @JdbcUrl String url) throws SQLException {
            RemoteTest.await(() -> isThere(dataSource, SPARE));
            inTheWay = DriverManager.getConnection(url.replace("/databricks_postgres?", "/lakebase_test_control?"));
            inTheWay.setAutoCommit(false);
            inTheWay.createStatement().execute("comment on database lakebase_test_template_0 is 'locked'");
        }

        @Test
        @Order(2)
        void endsTheSessionThatCopiesIt(DataSource dataSource) throws SQLException {
            RemoteTest.await(() -> isThere(dataSource, """
                select pg_terminate_backend(pid) from pg_stat_activity
                 where query like 'create database%' and wait_event_type = 'Lock'\
                """));
            inTheWay.rollback();
            inTheWay.close();
        }

        @Test
        @Order(3)
        void putsTheComputeToSleepWhenTheCopyIsThere(DataSource dataSource, LakebaseLocal local, Branch branch)
                throws SQLException {
            Sql.execute(dataSource, "delete from account");
            RemoteTest.await(() -> isThere(dataSource, SPARE));
            local.suspend(branch.name() + "/endpoints/primary");
        }

        @Test
        @Order(4)
        void seesPristineData(DataSource dataSource) throws SQLException {
            assertThat(Sql.text(dataSource, COUNT)).isEqualTo("10");
        }
    }

    private static boolean isThere(DataSource dataSource, String query) {
        try {
            return !Sql.text(dataSource, "select count(*) from (" + query + ") found")
                    .equals("0");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTestMayEndTheSessionsThatPrepareTheNext() {
        EngineExecutionResults results = Results.run(EndsSessions.class);

        assertThat(Results.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(4));
    }

    @LakebaseTest(scope = BranchScope.METHOD)
    static class WithAPool {
        private static final ExecutorService POOL = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });

        @RepeatedTest(3)
        void leavesAConnectionOnAThreadOfTheFirst(DataSource dataSource) throws Exception {
            POOL.submit(() -> LEFT_OPEN.add(dataSource.getConnection())).get();
        }
    }

    @LakebaseTest(scope = BranchScope.METHOD)
    static class MakesItUndroppable {
        private static CapturedLog log;

        @RepeatedTest(2)
        void untilTheLogSaysSo(RepetitionInfo turn, DataSource dataSource) throws SQLException {
            Sql.execute(dataSource, "alter database databricks_postgres is_template true");
            if (turn.getCurrentRepetition() == 2) {
                RemoteTest.await(
                        () -> log.text().contains("stays on its branch: ERROR: cannot drop a template database"));
            }
        }
    }

    @Test
    void whatAResetClosesAndWhatItCannotDropIsTold() {
        LEFT_OPEN.clear();
        try (var log = new CapturedLog()) {
            MakesItUndroppable.log = log;

            EngineExecutionResults results = Results.run(WithAPool.class, MakesItUndroppable.class);

            assertThat(Results.failures(results)).isEmpty();
            results.testEvents().assertStatistics(events -> events.succeeded(5));
            assertThat(log.text())
                    .contains("The reset of " + WithAPool.class.getName() + " closes what a thread still has that"
                            + " WithAPool.repetition 1 of 3 has started: a connection, borrowed on thread");
        } finally {
            WithAPool.POOL.shutdownNow();
        }
    }
}
