package dev.lakebase.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.AssertionFailedError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done when a test is over. JUnit closes it with the test's context: after all callbacks of all extensions, so that
 * what these put back (such as a transaction's connection) is no leak.
 */
final class TestEnd implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TestEnd.class);

    private final ExtensionContext context;
    private final TestBranch branch;
    private final String test;
    private final TestTag tag;
    private final @Nullable LeakCheck threads;
    private final List<Connection> lent = new ArrayList<>();

    /** @param namesOfOthers how the names of threads begin that are not the test's, whoever made them start */
    TestEnd(ExtensionContext context, TestBranch branch, Supplier<Set<String>> namesOfOthers) {
        this.context = context;
        this.branch = branch;
        this.test = context.getRequiredTestClass().getSimpleName() + "." + context.getDisplayName();
        this.tag = TestTag.begin(test, branch);
        boolean looks = branch.wish().leaks() != LeakPolicy.IGNORE;
        this.threads =
                looks && !isParallel(context) ? new LeakCheck(context.getRequiredTestClass(), namesOfOthers) : null;
    }

    static boolean isParallel(ExtensionContext context) {
        return context.getConfigurationParameter("junit.jupiter.execution.parallel.enabled")
                .map(Boolean::parseBoolean)
                .orElse(false);
    }

    /** A parameter's connection: this closes it. */
    void lend(Connection connection) {
        lent.add(connection);
    }

    @Override
    public void close() {
        try {
            lent.forEach(TestEnd::closeQuietly);
            List<String> outside = branch.changesOutside(test);
            List<String> left = leftovers();
            if (branch.wish().keepOnFailure() && context.getExecutionException().isPresent()) {
                branch.keepForInspection(test);
            }
            if (!outside.isEmpty()) {
                throw new AssertionFailedError(test + " " + String.join(", ", outside)
                        + ": scope = METHOD brings back its database, not what is outside of it. " + branch.advice());
            }
            if (!left.isEmpty() && branch.wish().leaks() == LeakPolicy.FAIL) {
                throw new AssertionFailedError(describe(left));
            }
        } finally {
            tag.end();
        }
    }

    private List<String> leftovers() {
        boolean looks = branch.wish().leaks() != LeakPolicy.IGNORE;
        List<String> left = new ArrayList<>();
        List<BorrowedConnection> connections = branch.dataSource().takeOpen(borrowed -> borrowed.by() == tag);
        connections.forEach(connection -> left.add(connection.describe()));
        if (threads != null) {
            left.addAll(threads.threads());
        }
        boolean alone = !isParallel(context);
        left.addAll(RunBranches.MADE.takeLeft(by -> by == tag || (by == null && alone)));
        // a statement that still runs would make its connection's close wait for it
        connections.forEach(BorrowedConnection::abort);
        if (!left.isEmpty() && looks) {
            LOG.warn("{}", describe(left));
        }
        return looks ? left : List.of();
    }

    private String describe(List<String> left) {
        return test + " has left behind:\n    " + String.join("\n    ", left);
    }

    static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("A test's connection could not be closed: {}", e.getMessage());
        }
    }
}
