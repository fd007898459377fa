package dev.lakebase.testing;

import dev.lakebase.client.AuditEvent;
import dev.lakebase.client.AuditEvent.Action;
import dev.lakebase.client.AuditEvent.Outcome;
import dev.lakebase.client.AuditListener;
import dev.lakebase.client.BranchName;
import dev.lakebase.client.InvalidArgumentException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The branches that tests themselves have made with the client that they were given, and not deleted yet: the guard lets
 * logins go there, and whoever leaves one is told. Static, as the guard has to know all runs.
 */
final class RunBranches implements AuditListener {
    static final RunBranches MADE = new RunBranches();

    /** @param by the test, or null if the platform was asked on a thread that is nobody's */
    private record Made(@Nullable TestTag by) {}

    private final Map<BranchName, Made> branches = new ConcurrentHashMap<>();

    private RunBranches() {}

    /** Whatever thread the platform's answer comes on, it is the test's that asked. */
    @Override
    public AuditListener ofCallingThread() {
        TestTag test = TestTag.current();
        return event -> record(event, test);
    }

    @Override
    public void onMutation(AuditEvent event) {
        record(event, TestTag.current());
    }

    private void record(AuditEvent event, @Nullable TestTag by) {
        if (event.outcome() == Outcome.REFUSED || event.resource().split("/").length != 4) {
            return;
        }
        BranchName branch;
        try {
            branch = BranchName.parse(event.resource());
        } catch (InvalidArgumentException e) {
            return; // another kind of resource
        }
        if (event.action() == Action.CREATE || event.action() == Action.UNDELETE) {
            branches.put(branch, new Made(by));
        } else if (event.action() == Action.DELETE || event.action() == Action.PURGE) {
            branches.remove(branch);
        }
    }

    /** One of the extension's own, which is nobody's leak and which nobody needs any more. */
    void forget(BranchName branch) {
        branches.remove(branch);
    }

    boolean contains(BranchName branch) {
        return branches.containsKey(branch);
    }

    /** Those that match and are not the extension's own; each is told of once. */
    List<String> takeLeft(Predicate<@Nullable TestTag> by) {
        List<String> left = new ArrayList<>();
        branches.forEach((branch, made) -> {
            if (by.test(made.by()) && !RunEndpoints.isOpen(branch) && branches.remove(branch, made)) {
                left.add("branch " + branch);
            }
        });
        return left;
    }
}
