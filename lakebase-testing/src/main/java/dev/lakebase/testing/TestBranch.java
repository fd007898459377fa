package dev.lakebase.testing;

import com.zaxxer.hikari.HikariPoolMXBean;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The branch that a test, a class, a Spring context or the whole suite uses, and how it becomes pristine again. Borrowing is
 * safe from any thread; the rest is called by JUnit, by one thread at a time.
 */
final class TestBranch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TestBranch.class);

    private final TestRun run;
    private final BranchWish wish;
    private final Class<?> testClass;
    private final TestDataSource dataSource;
    private volatile OpenBranch branch;
    private @Nullable PristineDatabase pristine;

    /** Whether a test has had the database since it was pristine. */
    private boolean used;

    /** Whether lifecycle methods have had the database, and the next test starts with what they wrote. */
    private boolean classWrote;

    /** Why the branch is not what its tests expect. */
    private @Nullable String spoiled;

    /** Whether a new branch would have all that this one had before its first test. */
    private boolean replaceable;

    /** Whether a Spring context has set itself up on it: it goes with that, and not before. */
    private final boolean ofContext;

    TestBranch(TestRun run, BranchWish wish, Class<?> testClass) {
        this(run, wish, testClass, false);
    }

    private TestBranch(TestRun run, BranchWish wish, Class<?> testClass, boolean ofContext) {
        this.run = run;
        this.wish = wish;
        this.testClass = testClass;
        this.ofContext = ofContext;
        this.replaceable = !ofContext; // what the context's start writes would be lost
        this.branch = run.open(wish, testClass);
        this.dataSource = new TestDataSource(() -> branch.dataSource());
    }

    static TestBranch ofContext(TestRun run, BranchWish wish, Class<?> testClass) {
        return new TestBranch(run, wish, testClass, true);
    }

    OpenBranch branch() {
        return branch;
    }

    TestDataSource dataSource() {
        return dataSource;
    }

    BranchWish wish() {
        return wish;
    }

    /** Its database as it is now is what the next classes start from: for a branch whose context outlives a class. */
    void beginClassOfContext() {
        checkUnspoiled();
        PristineDatabase known = pristine();
        if (known.depth() == 0) {
            keep(known, wish.isReset());
        } else {
            exchange(known::restoreFirst);
        }
        used = false;
    }

    /**
     * Lifecycle methods of a class are about to write what its tests start from. Returns what {@link #endClass} needs.
     *
     * @param nested what was written before stays when the class is over
     */
    int beginClass(boolean nested) {
        if (!wish.isReset()) {
            return 0;
        }
        if (nested) {
            beginTest();
            used = false;
        }
        replaceable = false; // what they write would be lost
        classWrote = true;
        return pristine == null ? 0 : pristine.depth();
    }

    /** What the lifecycle methods of a nested class wrote goes with it. */
    void endClass(int depth) {
        PristineDatabase known = pristine;
        if (known != null && depth > 0) {
            known.forgetAbove(depth);
            classWrote = false;
            used = true;
        }
    }

    /** Has the database pristine for it, where the scope says so. */
    void beginTest() {
        if (!wish.isReset()) {
            return;
        }
        if (spoiled != null && replaceable) {
            replace();
        }
        checkUnspoiled();
        PristineDatabase known = pristine();
        if (classWrote || known.depth() == 0) {
            keep(known, true);
        } else if (used) {
            exchange(known::restore);
        }
        used = true;
    }

    private PristineDatabase pristine() {
        PristineDatabase known = pristine;
        if (known == null) {
            known = new PristineDatabase(branch);
            pristine = known;
        }
        return known;
    }

    /** Leaves what the next test needs to try the same again, or to restore, if it fails. */
    private void keep(PristineDatabase known, boolean prepareNext) {
        int before = known.depth();
        used = true;
        try {
            exchange(() -> known.keep(prepareNext));
        } finally {
            if (known.depth() > before) {
                classWrote = false;
            }
        }
    }

    /** What the test did that a reset does not undo; from then on the branch is spoiled. */
    List<String> changesOutside(String test) {
        PristineDatabase known = pristine;
        if (known == null || !wish.isReset()) {
            return List.of();
        }
        List<String> changes = known.changesOutside();
        if (!changes.isEmpty()) {
            spoiled = test + " " + String.join(", ", changes);
        }
        return changes;
    }

    private void checkUnspoiled() {
        if (spoiled != null) {
            throw new ExtensionConfigurationException(
                    "The branch of " + testClass.getName() + " is not pristine, as " + spoiled + ". " + advice());
        }
    }

    /** What to do about a test that changes what a reset does not bring back. */
    String advice() {
        return ofContext
                ? "Undo it in the test, or put @DirtiesContext on the test."
                : "Give its class isolation = BRANCH, or undo it in the test.";
    }

    private void replace() {
        LOG.info("{} gets a new branch, as {}", testClass.getName(), spoiled);
        closeBranch();
        branch = run.open(wish, testClass);
        spoiled = null;
        used = false;
    }

    /** Nobody keeps a connection: whoever borrows meanwhile waits, and gets one to the new database. */
    private void exchange(Runnable change) {
        dataSource.hold();
        try {
            evictIdle();
            change.run();
            dataSource.takeOpen(any -> true).forEach(this::closeLeftover);
            evictIdle();
        } finally {
            dataSource.release();
        }
    }

    /** Of a thread that outlives the test which started it; what lifecycle methods have is nobody's leak. */
    private void closeLeftover(BorrowedConnection connection) {
        if (connection.by() != null && wish.leaks() != LeakPolicy.IGNORE) {
            LOG.warn(
                    "The reset of {} closes what a thread still has that {} has started: {}",
                    testClass.getName(),
                    connection.by(),
                    connection.describe());
        }
        connection.close();
    }

    private void evictIdle() {
        HikariPoolMXBean pool = branch.dataSource().getHikariPoolMXBean();
        if (pool != null) {
            pool.softEvictConnections();
        }
    }

    /** What a failed test left is there for somebody to look at, also after the tests that follow. */
    void keepForInspection(String test) {
        OpenBranch kept = branch;
        kept.keep();
        PristineDatabase known = pristine;
        String database = wish.database();
        if (known != null && wish.isReset() && used) {
            String aside = known.nameForFailed(test);
            exchange(() -> known.restoreKeeping(aside));
            used = false;
            database = aside;
        }
        LOG.warn("{}", KeptBranch.describe(kept, database, test, run.settings()));
    }

    private void closeBranch() {
        if (pristine != null) {
            pristine.close();
            pristine = null;
        }
        branch.close();
    }

    @Override
    public void close() {
        closeBranch();
    }
}
