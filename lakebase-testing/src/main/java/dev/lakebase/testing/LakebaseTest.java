package dev.lakebase.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Runs a test class on a Lakebase branch of its own: a copy of {@link #from()}, made before the first test of the class
 * and deleted after the last. What tests write is seen by whom {@link #scope()} says and by nobody else.
 *
 * <p>Branches come from Lakebase Local, which is started once per test run, and which needs {@code lakebase-local} on
 * the test class path; no account and no network are used, whatever the environment holds. They come from a workspace only
 * where the JUnit configuration parameters (or system properties) {@code lakebase.test.target=remote} and {@code
 * lakebase.test.project} say so both. Constructors, lifecycle methods and tests may take parameters of these types:
 *
 * <ul>
 *   <li>{@link javax.sql.DataSource}: the branch's; it stays valid when {@link BranchScope#METHOD} exchanges the database
 *       behind it,
 *   <li>{@link dev.lakebase.jdbc.LakebaseDataSource}: the pool behind it now,
 *   <li>{@link java.sql.Connection}: one of it, closed after the test,
 *   <li>{@link String} with {@link JdbcUrl}: for tools that take nothing else,
 *   <li>{@link dev.lakebase.client.Branch}: the branch itself,
 *   <li>{@link dev.lakebase.client.LakebaseClient}: the control plane that made it,
 *   <li>{@code dev.lakebase.local.LakebaseLocal}: the one that the branch is on, to put its compute to sleep or to inject
 *       faults; an error where the branches are a workspace's.
 * </ul>
 *
 * <p>{@code @Nested} classes share the branch of the class around them. Test classes may run in parallel and in several
 * JVMs. Above {@code @SpringBootTest}, {@code @DataJpaTest} or {@code @JdbcTest} it makes the branch the context's {@code
 * DataSource}. {@link LakebaseExtension} is the same without the annotation.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(LakebaseExtension.class)
@ResourceLock(providers = TestLocks.class)
public @interface LakebaseTest {
    /** The branch to copy. */
    String from() default "production";

    /** Who shares the copy. */
    BranchScope scope() default BranchScope.CLASS;

    /** How {@link BranchScope#METHOD} gets pristine data; without meaning for other scopes. */
    Isolation isolation() default Isolation.TEMPLATE;

    /** The Postgres name of the database that the tests use. */
    String database() default "databricks_postgres";

    /** Flyway locations, such as {@code classpath:db/migration}, to migrate the copy with; needs Flyway on the class path. */
    String[] flyway() default {};

    /** A Liquibase change log on the class path to update the copy with; needs Liquibase on the class path. */
    String liquibase() default "";

    /**
     * SQL scripts on the class path that are run on the copy, after migrations, in this order, each in one transaction.
     */
    String[] seed() default {};

    /** What else is done to the copy before a test sees it, in this order: masking, as a rule. */
    Class<? extends BranchPreparation>[] prepare() default {};

    /**
     * Tests only read: PostgreSQL refuses their writes (25006), and all such classes with equal settings share one branch.
     */
    boolean readOnly() default false;

    /**
     * After what time the platform deletes the branch if this JVM has died before it could; ISO-8601, such as {@code
     * PT30M}. Longer than the tests take, shorter than a bill.
     */
    String expiry() default "PT1H";

    /**
     * Keeps the branch of a class that failed, until it expires, and logs how to connect to it. A branch of Lakebase Local
     * ends with this JVM: {@code lakebase.test.keep-for=PT30M} makes the end of the run wait that long.
     */
    boolean keepOnFailure() default false;

    /** What happens when a test leaves connections, threads or branches behind. */
    LeakPolicy leaks() default LeakPolicy.REPORT;
}
