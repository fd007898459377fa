package dev.lakebase.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.lakebase.client.Branch;
import dev.lakebase.client.LakebaseClient;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.annotation.DirtiesContext.HierarchyMode;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestContextManager;
import org.springframework.test.context.TestPropertySource;

/** Beside Spring's annotations the context's DataSource is the branch, and contexts stay cached. */
class SpringTest {
    private static final Set<ApplicationContext> CONTEXTS = ConcurrentHashMap.newKeySet();
    private static final Set<String> BRANCHES = ConcurrentHashMap.newKeySet();
    private static final List<String> SEEN = new CopyOnWriteArrayList<>();

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Shop {
        /** The application's own, which must not be reached. */
        @Bean
        DataSource dataSource() {
            return new DriverManagerDataSource("jdbc:postgresql://production.invalid/shop", "me", "secret");
        }
    }

    @Entity(name = "product")
    static class Product {
        @Id
        int id;
    }

    @LakebaseTest(leaks = LeakPolicy.FAIL)
    @SpringBootTest(
            classes = Shop.class,
            properties = {"spring.flyway.locations=classpath:db/flyway", "spring.liquibase.enabled=false"})
    abstract static class Whole {
        @Autowired
        ApplicationContext context;

        @Autowired
        DataSource dataSource;

        @Autowired
        JdbcClient jdbc;

        @Autowired
        LakebaseClient client;

        @Test
        void seesWhatTheMigrationsMadeAndNothingElse(Branch branch) throws SQLException {
            CONTEXTS.add(context);
            BRANCHES.add(branch.name().branch());
            assertThat(jdbc.sql("select string_agg(name, ',') from product")
                            .query(String.class)
                            .single())
                    .isEqualTo("tea");
            jdbc.sql("drop table product").update();
            assertThat(client.currentUserName()).isEqualTo("dev@example.com");
            assertThat(dataSource.unwrap(HikariDataSource.class).isRunning()).isTrue();
            assertThat(context.getBean("dataSource")).isSameAs(dataSource);
        }
    }

    static class FirstWhole extends Whole {}

    static class SecondWhole extends Whole {}

    @Test
    @Tag("spring")
    void classesShareAContextAndEachFindsItsDataAsTheContextsStartLeftIt() {
        CONTEXTS.clear();
        BRANCHES.clear();

        EngineExecutionResults results = Results.inParallel(FirstWhole.class, SecondWhole.class);

        assertThat(Results.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(2));
        assertThat(CONTEXTS).hasSize(1);
        assertThat(BRANCHES).hasSize(1);
    }

    @DataJpaTest(
            properties = {
                "spring.jpa.hibernate.ddl-auto=create",
                "spring.flyway.enabled=false",
                "spring.liquibase.enabled=false"
            })
    @LakebaseTest(scope = BranchScope.METHOD, leaks = LeakPolicy.FAIL)
    static class Jpa {
        @SpringBootConfiguration
        @EnableAutoConfiguration
        static class Application {}

        @Autowired
        EntityManager entities;

        @Autowired
        DataSource dataSource;

        @RepeatedTest(3)
        void theSchemaIsThereThoughTheLastOneDroppedIt() throws SQLException {
            assertThat(entities.createQuery("select count(p) from product p", Long.class)
                            .getSingleResult())
                    .isZero();
            assertThat(Sql.text(dataSource, "select count(*) from pg_stat_activity where datname = current_database()"))
                    .as("Spring's transaction, and this query")
                    .isEqualTo("2");
            entities.clear();
            Sql.execute(dataSource, "create table litter (x int)");
            SEEN.add(Sql.text(dataSource, "select count(*) from pg_tables where tablename = 'litter'"));
        }
    }

    @JdbcTest(properties = {"spring.flyway.enabled=false", "spring.liquibase.enabled=false"})
    static class Jdbc {
        @RegisterExtension
        static final LakebaseExtension LAKEBASE =
                LakebaseExtension.from("production").seed("accounts.sql").build();

        @SpringBootConfiguration
        @EnableAutoConfiguration
        static class Application {
            @Bean
            ThreadPoolTaskExecutor tasks() {
                return new ThreadPoolTaskExecutor();
            }
        }

        @Autowired
        JdbcClient jdbc;

        @Test
        void theSliceUsesTheBranchOfTheExtension() throws SQLException {
            assertThat(jdbc.sql("select sum(balance) from account")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(1000);
            assertThat(Sql.text(LAKEBASE.dataSource(), "select sum(balance) from account"))
                    .isEqualTo("1000");
        }
    }

    @Test
    @Tag("spring")
    void slicesUseTheBranchAndMethodScopeNeedsNoDirtiesContext() {
        SEEN.clear();

        EngineExecutionResults results = Results.run(Jpa.class, Jdbc.class);

        assertThat(Results.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(4));
        assertThat(SEEN).containsExactly("1", "1", "1");
    }

    @LakebaseTest(scope = BranchScope.METHOD, seed = "accounts.sql", leaks = LeakPolicy.FAIL)
    @JdbcTest(properties = {"spring.flyway.enabled=false", "spring.liquibase.enabled=false"})
    @ContextConfiguration(classes = Jdbc.Application.class)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class ResetBeforeTheTransaction {
        @Autowired
        JdbcClient jdbc;

        @Autowired
        DataSource dataSource;

        @Autowired
        AsyncTaskExecutor tasks;

        @RepeatedTest(2)
        void seesPristineDataAndHasTheContextStartAThread() throws Exception {
            tasks.submit(() -> {}).get();
            assertThat(jdbc.sql("select count(*) from account")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(10);
            Sql.execute(dataSource, "delete from account");
        }
    }

    @JdbcTest(properties = {"spring.flyway.enabled=false", "spring.liquibase.enabled=false"})
    @LakebaseTest(scope = BranchScope.METHOD, seed = "accounts.sql", leaks = LeakPolicy.FAIL)
    @ContextConfiguration(classes = Jdbc.Application.class)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class ResetInTheTransaction {
        @Test
        void isNeverRun() {
            throw new AssertionError("a reset would end its transaction, so no test may run");
        }
    }

    @LakebaseTest(scope = BranchScope.METHOD, seed = "accounts.sql", leaks = LeakPolicy.FAIL)
    @JdbcTest(properties = {"spring.flyway.enabled=false", "spring.liquibase.enabled=false"})
    @ContextConfiguration(classes = Jdbc.Application.class)
    static class ChangesARole {
        @Autowired
        DataSource dataSource;

        @RepeatedTest(2)
        void forGood() throws SQLException {
            Sql.execute(dataSource, "create role intruder");
        }
    }

    @LakebaseTest(scope = BranchScope.METHOD, seed = "accounts.sql", leaks = LeakPolicy.FAIL)
    @JdbcTest(properties = {"spring.flyway.enabled=false", "spring.liquibase.enabled=false"})
    @ContextConfiguration(classes = Jdbc.Application.class)
    static class ChangesARoleAndTheContext {
        @Autowired
        DataSource dataSource;

        @RepeatedTest(2)
        @DirtiesContext
        void asTheAdviceSays() throws SQLException {
            Sql.execute(dataSource, "create role intruder");
        }
    }

    /** They share a context, which the third replaces, and whose branch the last one spoils. */
    @Test
    @Tag("spring")
    void whatAResetCannotDoBesideSpringIsSaidWithAdvice() {
        EngineExecutionResults results = Results.run(
                ResetBeforeTheTransaction.class,
                ResetInTheTransaction.class,
                ChangesARoleAndTheContext.class,
                ChangesARole.class);

        results.testEvents().assertStatistics(events -> events.succeeded(4).failed(3));
        assertThat(Results.failures(results))
                .contains("Spring has begun the transaction of isNeverRun() already", "Put @LakebaseTest above")
                .contains("made role intruder", "is not pristine, as ChangesARole.repetition 1 of 2", "@DirtiesContext")
                .doesNotContain("no test may run", "isolation = BRANCH");
    }

    @LakebaseTest(seed = "accounts.sql")
    @ContextConfiguration(classes = Shop.class, initializers = ConfigDataApplicationContextInitializer.class)
    @TestPropertySource(properties = {"spring.flyway.enabled=false", "spring.liquibase.enabled=false"})
    static class WithoutSpringsExtension {
        @Autowired
        JdbcClient jdbc;

        @Test
        void isGivenTheBranchByHand() throws Exception {
            var spring = new TestContextManager(getClass());
            spring.prepareTestInstance(this);
            assertThat(jdbc.sql("select sum(balance) from account")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(1000);
            spring.getTestContext().markApplicationContextDirty(HierarchyMode.EXHAUSTIVE);
        }
    }

    /** The one of these that JUnit 5 can run: Spring's extension needs JUnit 6. */
    @Test
    void aContextThatIsLoadedByHandIsOnABranchToo() {
        EngineExecutionResults results = Results.run(WithoutSpringsExtension.class);

        assertThat(Results.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(1));
    }

    @LakebaseTest(scope = BranchScope.METHOD, isolation = Isolation.BRANCH)
    @SpringBootTest(classes = Shop.class)
    static class ABranchPerMethod {
        @Test
        void isNeverRun() {
            throw new AssertionError("the context would be on another branch, so no test may run");
        }
    }

    @Test
    void aBranchPerMethodIsRefusedWhereAContextOutlivesIt() {
        assertThat(Results.failures(Results.run(ABranchPerMethod.class)))
                .contains("isolation = BRANCH can not be combined with a Spring context");
    }
}
