package dev.lakebase.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.opentest4j.AssertionFailedError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which branch an outermost test class, and each of its tests, uses. Kept in JUnit's stores, which close everything. */
final class ClassBranches {
    private static final Logger LOG = LoggerFactory.getLogger(ClassBranches.class);
    private static final Namespace NAMESPACE = Namespace.create(LakebaseExtension.class);

    private final TestRun run;
    private final BranchWish wish;
    private final Class<?> testClass;
    private final ExtensionContext classContext;
    private final boolean spring;
    private final AtomicBoolean testRuns = new AtomicBoolean();
    private final List<Connection> lent = new CopyOnWriteArrayList<>();
    private final Map<String, Integer> depths = new ConcurrentHashMap<>();

    private ClassBranches(ExtensionContext classContext, BranchWish wish) {
        this.classContext = classContext;
        this.wish = wish;
        this.testClass = classContext.getRequiredTestClass();
        this.run = TestRun.of(classContext);
        this.spring = SpringTests.isSpringTest(testClass);
        if (spring && wish.isPerMethod()) {
            throw new ExtensionConfigurationException(testClass.getName()
                    + ": isolation = BRANCH can not be combined with a Spring context, which is set up on one branch"
                    + " and outlives the method. Use isolation = TEMPLATE, or test the roles without Spring.");
        }
    }

    /** The outermost class's, made by whoever asks first. */
    static ClassBranches of(ExtensionContext context, @Nullable BranchWish programmatic) {
        ExtensionContext outermost = outermostClass(context);
        return Stores.make(
                outermost.getStore(NAMESPACE),
                ClassBranches.class,
                () -> new ClassBranches(outermost, programmatic == null ? annotated(outermost) : programmatic));
    }

    private static BranchWish annotated(ExtensionContext outermost) {
        Class<?> testClass = outermost.getRequiredTestClass();
        return AnnotationSupport.findAnnotation(testClass, LakebaseTest.class)
                .map(BranchWish::of)
                .orElseThrow(() -> new ExtensionConfigurationException("Put @LakebaseTest on the outermost class "
                        + testClass.getName() + ": a nested class shares the branch of the class around it."));
    }

    private static ExtensionContext outermostClass(ExtensionContext context) {
        ExtensionContext outermost = context;
        for (var parent = context.getParent();
                parent.isPresent();
                parent = parent.get().getParent()) {
            if (parent.get().getTestClass().isPresent()) {
                outermost = parent.get();
            }
        }
        return outermost;
    }

    void beginClass(ExtensionContext context) {
        Class<?> here = context.getRequiredTestClass();
        if (context != classContext && AnnotationSupport.isAnnotated(here, LakebaseTest.class)) {
            throw new ExtensionConfigurationException("Remove @LakebaseTest from the nested class " + here.getName()
                    + ": it shares the branch of the class around it.");
        }
        if (wish.isPerMethod()) {
            return;
        }
        TestBranch branch = ofClass(context);
        if (spring && context == classContext && !wish.isShared()) {
            branch.beginClassOfContext();
        }
        if (!AnnotationSupport.findAnnotatedMethods(here, BeforeAll.class, HierarchyTraversalMode.TOP_DOWN)
                .isEmpty()) {
            depths.put(context.getUniqueId(), branch.beginClass(context != classContext));
        }
    }

    void endClass(ExtensionContext context) {
        if (wish.isPerMethod()) {
            return;
        }
        lent.forEach(TestEnd::closeQuietly);
        lent.clear();
        Integer depth = depths.remove(context.getUniqueId());
        if (depth != null) {
            ofClass(context).endClass(depth);
        }
        if (context != classContext) {
            return;
        }
        if (wish.keepOnFailure() && context.getExecutionException().isPresent()) {
            ofClass(context).keepForInspection(testClass.getSimpleName());
        }
        if (!spring && !wish.isShared()) {
            reportLeftovers(ofClass(context));
        }
    }

    private void reportLeftovers(TestBranch branch) {
        List<BorrowedConnection> open = branch.dataSource().takeOpen(any -> true);
        String left = testClass.getName() + " has left behind:"
                + open.stream()
                        .map(connection -> "\n    " + connection.describe())
                        .collect(Collectors.joining());
        open.forEach(BorrowedConnection::abort);
        if (!open.isEmpty() && wish.leaks() != LeakPolicy.IGNORE) {
            LOG.warn("{}", left);
            if (wish.leaks() == LeakPolicy.FAIL) {
                throw new AssertionFailedError(left);
            }
        }
    }

    /** Once per method, called as early as JUnit lets us: other extensions may borrow a connection for the test. */
    void beginTest(ExtensionContext context) {
        if (context.getStore(NAMESPACE).get(TestEnd.class) != null) {
            return;
        }
        if (spring && wish.isReset() && SpringContexts.isInTransaction()) {
            throw new ExtensionConfigurationException(testClass.getName() + ": Spring has begun the transaction of "
                    + context.getDisplayName() + " already, and scope = METHOD resets the database beneath it. Put"
                    + " @LakebaseTest above Spring's annotations, or leave out @TestInstance(PER_CLASS).");
        }
        if (wish.isReset() && !testRuns.compareAndSet(false, true)) {
            throw new ExtensionConfigurationException("Two methods of " + testClass.getName()
                    + " run at once, but with scope = METHOD they share a database that is reset between them. Put"
                    + " @Execution(SAME_THREAD) on the class, or choose isolation = BRANCH.");
        }
        // goes last of what is kept here, so that the next method finds everything done
        context.getStore(NAMESPACE).put("over", (AutoCloseable) () -> testRuns.set(false));
        TestBranch branch = at(context);
        branch.beginTest();
        Supplier<Set<String>> namesOfOthers = spring ? SpringContexts.threadNames(context) : Set::of;
        context.getStore(NAMESPACE).put(TestEnd.class, new TestEnd(context, branch, namesOfOthers));
    }

    /** The branch that whatever has this context uses. */
    TestBranch at(ExtensionContext context) {
        if (!wish.isPerMethod()) {
            return ofClass(context);
        }
        if (context.getTestMethod().isEmpty()) {
            throw new ExtensionConfigurationException(testClass.getName()
                    + ": with isolation = BRANCH every method has a branch of its own, and none is there for a whole"
                    + " class. Take what you need as a parameter of the test method or of @BeforeEach.");
        }
        return Stores.make(context.getStore(NAMESPACE), TestBranch.class, () -> new TestBranch(run, wish, testClass));
    }

    /** The branch of the class. */
    TestBranch current() {
        return at(classContext);
    }

    private TestBranch ofClass(ExtensionContext context) {
        if (spring) {
            return SpringContexts.branch(context);
        }
        if (wish.isShared()) {
            return run.shared(wish, testClass);
        }
        return Stores.make(
                classContext.getStore(NAMESPACE), TestBranch.class, () -> new TestBranch(run, wish, testClass));
    }

    /** A connection for a parameter, closed with the context that it is for. */
    Connection lend(ExtensionContext context) throws SQLException {
        Connection connection = at(context).dataSource().getConnection();
        TestEnd end = context.getStore(NAMESPACE).get(TestEnd.class, TestEnd.class);
        if (end == null) {
            lent.add(connection);
        } else {
            end.lend(connection);
        }
        return connection;
    }
}
