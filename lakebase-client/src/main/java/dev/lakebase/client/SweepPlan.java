package dev.lakebase.client;

import dev.lakebase.client.internal.ControlPlane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a sweep would delete, for a person or a program to look at first. Immutable and thread-safe.
 *
 * @see Branches#planSweep
 */
public final class SweepPlan {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

    /** No time-out is zero. */
    private static final Duration LEAST = Duration.ofMillis(1);

    private final ControlPlane plane;
    private final ProjectName project;
    private final List<Decision> decisions;

    private SweepPlan(ControlPlane plane, ProjectName project, List<Decision> decisions) {
        this.plane = plane;
        this.project = project;
        this.decisions = List.copyOf(decisions);
    }

    static SweepPlan of(ControlPlane plane, ProjectName project, SweepRule rule) {
        List<Branch> all = new BranchReads(plane, project).all().toList();
        return new SweepPlan(plane, project, rule.decide(all, plane.time().instant()));
    }

    /**
     * What becomes of one branch.
     *
     * @param branch as it was when the plan was made
     * @param goes whether it is to be deleted
     * @param reason why it goes or stays; continues "the branch"
     */
    public record Decision(Branch branch, boolean goes, String reason) {}

    /**
     * What became of one branch.
     *
     * @param outcome null if it was not deleted, or if it is not known
     * @param problem why, or null if it was deleted
     */
    public record Result(
            BranchName branch,
            String uid,
            @Nullable DeleteOutcome outcome,
            @Nullable LakebaseException problem) {}

    /** Every branch that begins with the prefix: those that go first, the oldest at the top. */
    public List<Decision> decisions() {
        return decisions;
    }

    /** The branches that go, the oldest first. */
    public List<Branch> deletions() {
        return decisions.stream().filter(Decision::goes).map(Decision::branch).toList();
    }

    /** Deletes what the plan says, within five minutes. Blocks. See {@link #apply(Duration)}. */
    public List<Result> apply() {
        return apply(DEFAULT_TIMEOUT);
    }

    /**
     * Deletes what the plan says. Every branch is read again before: one that has become another (by its uid), protected, a
     * parent or non-expiring meanwhile stays. A branch that can't be deleted does not stop the others. Blocks.
     *
     * @param timeout the longest time; what is not done by then is told in the results, and is safe to sweep again
     * @return a result for every branch that goes, in the plan's order
     * @throws CallInterruptedException if the thread is interrupted; what was begun goes on
     * @throws LakebaseException if the project's branches can't be read
     */
    public List<Result> apply(Duration timeout) {
        long started = plane.time().nanoTime();
        List<Branch> branches = deletions();
        if (branches.isEmpty()) {
            return List.of();
        }
        Set<BranchName> parents = new BranchReads(plane, project)
                .all().stream()
                        .filter(branch -> branch.source() != null)
                        .map(Branch::source)
                        .collect(Collectors.toSet());
        List<Begun> begun = new ArrayList<>();
        for (Branch branch : branches) {
            begun.add(begin(branch, parents, left(timeout, started)));
        }
        return begun.stream()
                .map(deletion -> deletion.end(left(timeout, started)))
                .toList();
    }

    private Begun begin(Branch branch, Set<BranchName> parents, Duration left) {
        if (left.equals(LEAST)) {
            return new Begun(
                    branch,
                    null,
                    new OperationTimeoutException(
                            branch.name() + " was not deleted: the time for the sweep was over. Sweep again.",
                            ErrorDetails.of(branch.name().toString()),
                            null));
        }
        try {
            Operation<DeleteOutcome> deletion = new BranchDeletion(plane, branch.name(), "sweep")
                    .startGuarded(branch.uid(), () -> parents.contains(branch.name()));
            return new Begun(branch, deletion, null);
        } catch (CallInterruptedException e) {
            throw e;
        } catch (LakebaseException e) {
            return new Begun(branch, null, e);
        }
    }

    /** A deletion that the platform has accepted, or the reason why not. */
    private record Begun(
            Branch branch,
            @Nullable Operation<DeleteOutcome> deletion,
            @Nullable LakebaseException problem) {
        Result end(Duration left) {
            if (deletion == null) {
                return new Result(branch.name(), branch.uid(), null, problem);
            }
            try {
                return new Result(branch.name(), branch.uid(), deletion.await(left), null);
            } catch (CallInterruptedException e) {
                throw e;
            } catch (LakebaseException e) {
                return new Result(branch.name(), branch.uid(), null, e);
            }
        }
    }

    private Duration left(Duration timeout, long started) {
        Duration left = timeout.minusNanos(plane.time().nanoTime() - started);
        return left.compareTo(LEAST) < 0 ? LEAST : left;
    }

    /** A line per branch, for people. */
    @Override
    public String toString() {
        return decisions.stream()
                .map(decision -> (decision.goes() ? "delete " : "keep   ")
                        + decision.branch().name().branch() + " ("
                        + decision.branch().uid() + "): "
                        + decision.reason())
                .collect(Collectors.joining("\n"));
    }
}
