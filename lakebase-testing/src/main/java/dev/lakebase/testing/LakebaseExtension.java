package dev.lakebase.testing;

import dev.lakebase.client.Branch;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import java.lang.reflect.Parameter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/**
 * What {@link LakebaseTest} runs on, for tests that would rather register an extension:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final LakebaseExtension LAKEBASE = LakebaseExtension.from("production").seed("orders.sql").build();
 *
 * @Test
 * void totals() throws SQLException {
 *     try (Connection connection = LAKEBASE.dataSource().getConnection()) { … }
 * }
 * }</pre>
 *
 * <p>Register it once per class, in a static field of the outermost class. Parameters are the same as with the annotation.
 * The methods of this object answer for the test that runs on the calling thread, or on the one that started it; elsewhere,
 * as in {@code @BeforeAll}, for the class that began last. Where classes run in parallel and share the field by inheritance,
 * take parameters there instead.
 *
 * <p>Unlike the annotation, an extension can't keep JUnit from running tests at once. With parallel execution put {@code
 * @Execution(SAME_THREAD)} on a class with {@link BranchScope#METHOD}, and {@code
 * @ResourceLock("dev.lakebase.testing.spring")} on one with a Spring context, which other classes may share.
 */
public final class LakebaseExtension
        implements BeforeAllCallback,
                BeforeEachCallback,
                AfterAllCallback,
                TestInstancePreConstructCallback,
                ParameterResolver {
    /** By name: the module is not on every class path. */
    private static final String LOCAL = "dev.lakebase.local.LakebaseLocal";

    private final @Nullable BranchWish wish;
    private volatile @Nullable ClassBranches running;

    /** For {@link LakebaseTest}: the wishes are the annotation's. */
    LakebaseExtension() {
        this.wish = null;
    }

    private LakebaseExtension(BranchWish wish) {
        this.wish = wish;
    }

    /** A copy of the branch {@code production} per class. */
    public static LakebaseExtension create() {
        return builder().build();
    }

    /**
     * Starts the settings.
     *
     * @param branch the branch to copy
     */
    public static Builder from(String branch) {
        return builder().from(branch);
    }

    /** Starts the settings, with the defaults of {@link LakebaseTest}. */
    public static Builder builder() {
        return new Builder();
    }

    /** The branch's, as a parameter of type {@link DataSource} would be. */
    public DataSource dataSource() {
        return current().dataSource();
    }

    /** The branch of the test, or of the class, that runs. */
    public Branch branch() {
        return current().branch().branch();
    }

    /** The control plane that made the branch. */
    public LakebaseClient client() {
        return current().branch().client();
    }

    /** See {@link JdbcUrl}. */
    public String jdbcUrl() {
        return current().branch().jdbcUrl();
    }

    /** The test's, by its thread: classes that run at once may share this extension in a field of their superclass. */
    private TestBranch current() {
        TestTag tag = TestTag.current();
        if (tag != null && tag.isRunning() && tag.branch().wish().equals(wish)) {
            return tag.branch();
        }
        ClassBranches branches = running;
        if (branches == null) {
            throw new IllegalStateException(
                    "No test class of this extension is running. Register it in a static field with"
                            + " @RegisterExtension.");
        }
        return branches.current();
    }

    @Nullable
    BranchWish wish() {
        return wish;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        ClassBranches branches = ClassBranches.of(context, wish);
        running = branches;
        branches.beginClass(context);
    }

    /** Before Spring makes the context of an instance, and before it begins the transaction of a test. */
    @Override
    public void preConstructTestInstance(TestInstanceFactoryContext factory, ExtensionContext context) {
        ClassBranches branches = ClassBranches.of(context, wish);
        running = branches;
        if (context.getTestMethod().isPresent()) {
            branches.beginTest(context);
        }
    }

    /** Where the instance lives as long as its class. */
    @Override
    public void beforeEach(ExtensionContext context) {
        ClassBranches.of(context, wish).beginTest(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        ClassBranches.of(context, wish).endClass(context);
    }

    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == DataSource.class
                || type == LakebaseDataSource.class
                || type == Connection.class
                || type == Branch.class
                || type == LakebaseClient.class
                || type.getName().equals(LOCAL)
                || (type == String.class && parameter.isAnnotated(JdbcUrl.class));
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Parameter declared = parameter.getParameter();
        Class<?> type = declared.getType();
        ClassBranches branches = ClassBranches.of(context, wish);
        TestBranch branch = branches.at(context);
        if (type == DataSource.class) {
            return branch.dataSource();
        }
        if (type == LakebaseDataSource.class) {
            return branch.branch().dataSource();
        }
        if (type == Branch.class) {
            return branch.branch().branch();
        }
        if (type == String.class) {
            return branch.branch().jdbcUrl();
        }
        if (type == LakebaseClient.class) {
            return branch.branch().client();
        }
        if (type.getName().equals(LOCAL)) {
            return local(branch.branch().platform(), declared);
        }
        try {
            return branches.lend(context);
        } catch (SQLException e) {
            throw new ParameterResolutionException("No connection for " + declared + ": " + e.getMessage(), e);
        }
    }

    static Object local(TestPlatform platform, Parameter declared) {
        Object local = platform.local();
        if (local == null) {
            throw new ParameterResolutionException(declared + " is Lakebase Local, but the branches of this run are of"
                    + " project " + platform.project() + " in a workspace (lakebase.test.target=remote)."
                    + " Leave this test out there.");
        }
        return local;
    }

    /** The settings of a {@link LakebaseExtension}; each is described at {@link LakebaseTest}. Not thread-safe. */
    public static final class Builder {
        private String from = "production";
        private BranchScope scope = BranchScope.CLASS;
        private Isolation isolation = Isolation.TEMPLATE;
        private String database = "databricks_postgres";
        private final List<String> flyway = new ArrayList<>();
        private String liquibase = "";
        private final List<String> seed = new ArrayList<>();
        private final List<BranchPreparation> prepare = new ArrayList<>();
        private boolean readOnly;
        private Duration expiry = Duration.ofHours(1);
        private boolean keepOnFailure;
        private LeakPolicy leaks = LeakPolicy.REPORT;

        private Builder() {}

        /** See {@link LakebaseTest#from()}. */
        public Builder from(String branch) {
            this.from = branch;
            return this;
        }

        /** See {@link LakebaseTest#scope()}. */
        public Builder scope(BranchScope scope) {
            this.scope = scope;
            return this;
        }

        /** See {@link LakebaseTest#isolation()}. */
        public Builder isolation(Isolation isolation) {
            this.isolation = isolation;
            return this;
        }

        /** See {@link LakebaseTest#database()}. */
        public Builder database(String database) {
            this.database = database;
            return this;
        }

        /** See {@link LakebaseTest#flyway()}. */
        public Builder flyway(String... locations) {
            this.flyway.addAll(List.of(locations));
            return this;
        }

        /** See {@link LakebaseTest#liquibase()}. */
        public Builder liquibase(String changeLog) {
            this.liquibase = changeLog;
            return this;
        }

        /** See {@link LakebaseTest#seed()}. */
        public Builder seed(String... scripts) {
            this.seed.addAll(List.of(scripts));
            return this;
        }

        /** See {@link LakebaseTest#prepare()}. */
        public Builder prepare(BranchPreparation preparation) {
            this.prepare.add(preparation);
            return this;
        }

        /** See {@link LakebaseTest#readOnly()}. */
        public Builder readOnly() {
            this.readOnly = true;
            return this;
        }

        /** See {@link LakebaseTest#expiry()}. */
        public Builder expiry(Duration expiry) {
            this.expiry = expiry;
            return this;
        }

        /** See {@link LakebaseTest#keepOnFailure()}. */
        public Builder keepOnFailure() {
            this.keepOnFailure = true;
            return this;
        }

        /** See {@link LakebaseTest#leaks()}. */
        public Builder leaks(LeakPolicy leaks) {
            this.leaks = leaks;
            return this;
        }

        /** Several settings at once. */
        public Builder with(Consumer<Builder> settings) {
            settings.accept(this);
            return this;
        }

        /** Nothing is made before the first test class needs it. */
        public LakebaseExtension build() {
            return new LakebaseExtension(new BranchWish(
                    from,
                    scope,
                    isolation,
                    database,
                    flyway,
                    liquibase,
                    seed,
                    List.of(),
                    prepare,
                    readOnly,
                    expiry,
                    keepOnFailure,
                    leaks));
        }
    }
}
