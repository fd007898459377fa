package dev.lakebase.client.docs;

import dev.lakebase.client.Branch;
import dev.lakebase.client.BranchNames;
import dev.lakebase.client.Branches;
import dev.lakebase.client.EphemeralBranch;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.Recreation;
import dev.lakebase.client.SweepPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The code of docs/branches.md, letter by letter; {@link BranchesGuideTest} compares and runs it. */
final class BranchesGuide {
    private final Branches branches;

    BranchesGuide(Branches branches) {
        this.branches = branches;
    }

    Branch staging() {
        Branch staging = branches.getOrCreate(
                        "staging", b -> b.from("production").expiresIn(Duration.ofDays(7)))
                .await(Duration.ofMinutes(2));
        branches.expireIn("staging", Duration.ofDays(7)).await(Duration.ofMinutes(1));
        return staging;
    }

    Branch pullRequest(long pullRequest) {
        String id = BranchNames.forPullRequest(pullRequest); // ci-pr-42
        Branch copy = branches.because("pull request " + pullRequest)
                .getOrCreate(id, b -> b.from("production").expiresIn(Duration.ofDays(3)))
                .await(Duration.ofMinutes(2), progress -> System.out.println(progress.state()));
        return copy;
    }

    void merged(long pullRequest) {
        branches.delete(BranchNames.forPullRequest(pullRequest))
                .await(Duration.ofMinutes(1)); // DELETED or ALREADY_GONE
    }

    SweepPlan nightly(List<Long> openPullRequests) {
        List<String> keep =
                openPullRequests.stream().map(BranchNames::forPullRequest).toList();
        SweepPlan plan = branches.because("the nightly sweep").planSweep("ci-pr-", keep);
        System.out.println(plan); // a line per branch: does it go or stay, and why
        plan.apply().stream()
                .filter(result -> result.problem() != null)
                .forEach(result -> System.out.println(
                        result.branch() + ": " + result.problem().getMessage()));
        return plan;
    }

    SweepPlan previews() {
        SweepPlan all = branches.planSweep(
                "preview-",
                sweep -> sweep.keepNone().minimumAge(Duration.ofDays(2)).atMost(200));
        return all;
    }

    Branch restore(Instant beforeTheAccident) {
        Branch recovery = branches.restore(
                        "recovery",
                        b -> b.from("production").at(beforeTheAccident).expiresIn(Duration.ofDays(2)))
                .await(Duration.ofMinutes(5));
        return recovery;
    }

    Recreation reset() {
        Recreation reset = branches.recreate("staging").await(Duration.ofMinutes(3));
        System.out.println("New uid " + reset.branch().uid() + "; create again: roles " + reset.lostRoles()
                + ", endpoints " + reset.lostEndpoints());
        return reset;
    }

    void rehearse() {
        try (EphemeralBranch copy = branches.ephemeral("rehearsal", b -> b.from("production"), Duration.ofMinutes(2))) {
            System.out.println("Rehearse the migration on " + copy.name());
        }
    }

    Branch resume(String operationName) {
        Branch resumed = branches.resume(operationName).await(Duration.ofMinutes(2));
        return resumed;
    }

    static void audit() {
        LakebaseClient audited = LakebaseClient.builder()
                .auditListener(event -> System.out.println(event.time() + " " + event.caller() + " " + event.action()
                        + " " + event.resource() + " (" + event.reason() + "): " + event.outcome()))
                .build();
        audited.close();
    }
}
