package dev.lakebase.client;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which branches of a project go. */
record SweepRule(String prefix, Set<String> keep, Duration minimumAge, int maximum) {

    /** A decision about every branch that begins with the prefix: those that go first, the oldest at the top. */
    List<SweepPlan.Decision> decide(List<Branch> all, Instant now) {
        Set<BranchName> parents = new HashSet<>();
        all.forEach(branch -> {
            if (branch.source() != null) {
                parents.add(branch.source());
            }
        });
        List<SweepPlan.Decision> stay = new ArrayList<>();
        List<Branch> go = new ArrayList<>();
        for (Branch branch : all) {
            if (branch.name().branch().startsWith(prefix) && !branch.isDeleted()) {
                String reason = reasonToStay(branch, parents, now);
                if (reason == null) {
                    go.add(branch);
                } else {
                    stay.add(new SweepPlan.Decision(branch, false, reason));
                }
            }
        }
        go.sort(Comparator.comparing(SweepRule::age));
        List<SweepPlan.Decision> decisions = new ArrayList<>();
        for (Branch branch : go) {
            boolean beyond = decisions.size() >= maximum;
            if (beyond) {
                stay.add(new SweepPlan.Decision(
                        branch, false, "stays for now: it is beyond the maximum of " + maximum + " deletions"));
            } else {
                decisions.add(new SweepPlan.Decision(
                        branch, true, "is not on the list of branches to keep; created " + branch.createdAt()));
            }
        }
        decisions.addAll(stay);
        return decisions;
    }

    private static Instant age(Branch branch) {
        return branch.createdAt() == null ? Instant.MAX : branch.createdAt();
    }

    private @Nullable String reasonToStay(Branch branch, Set<BranchName> parents, Instant now) {
        if (keep.contains(branch.name().branch())) {
            return "is on the list of branches to keep";
        }
        String guarded = BranchGuard.reason(branch, () -> parents.contains(branch.name()));
        if (guarded != null) {
            return guarded;
        }
        Instant created = branch.createdAt();
        if (created == null) {
            return "may be young: the platform does not say when it was created";
        }
        return created.isAfter(now.minus(minimumAge))
                ? "is younger than " + minimumAge.toMinutes() + " minutes; created " + created
                : null;
    }
}
