package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SweepPlanTest {
    private final VirtualTime time = new VirtualTime();
    private final FakePlatform platform = new FakePlatform(time);
    private final Branches branches = platform.client().branches("shop");

    @BeforeEach
    void populate() {
        platform.put("production", null);
    }

    private SweepPlan plan(String... keep) throws Exception {
        return time.run(() -> branches.planSweep("ci-pr-", List.of(keep)));
    }

    @Test
    void thePlanSaysOfEveryBranchOfThePrefixWhyItGoesOrStays() throws Exception {
        platform.put("ci-pr-1", "production");
        platform.put("ci-pr-2", "production");
        platform.put("ci-pr-3", "production").isProtected = true;
        platform.put("ci-pr-4", "production").expiresAt = null;
        platform.put("ci-pr-5", "production").createdAt = time.instant().minus(Duration.ofMinutes(59));
        platform.put("ci-pr-6", "production");
        platform.put("child-of-6", "ci-pr-6");
        platform.put("unrelated", "production");

        SweepPlan plan = plan("ci-pr-2");

        assertThat(plan.toString().lines())
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line)
                                .startsWith("delete ci-pr-1 (br-2)")
                                .contains("not on the list"),
                        line -> assertThat(line).startsWith("keep   ci-pr-2").contains("is on the list"),
                        line -> assertThat(line).startsWith("keep   ci-pr-3").contains("is protected"),
                        line -> assertThat(line).startsWith("keep   ci-pr-4").contains("never expires"),
                        line -> assertThat(line).startsWith("keep   ci-pr-5").contains("younger than 60 minutes"),
                        line -> assertThat(line).startsWith("keep   ci-pr-6").contains("has child branches"));
        assertThat(platform.mutations).as("a plan changes nothing").isEmpty();
    }

    @Test
    void applyDeletesWhatThePlanSaysAndASecondTimeIsHarmless() throws Exception {
        platform.put("ci-pr-1", "production");
        platform.put("ci-pr-2", "production");
        SweepPlan plan = plan("ci-pr-2");

        List<SweepPlan.Result> first = time.run(plan::apply);
        List<SweepPlan.Result> second = time.run(plan::apply);

        assertThat(first).extracting(SweepPlan.Result::outcome).containsExactly(DeleteOutcome.DELETED);
        assertThat(second).extracting(SweepPlan.Result::outcome).containsExactly(DeleteOutcome.ALREADY_GONE);
        assertThat(platform.mutations).containsExactly("DELETE br-2");
        assertThat(platform.live("ci-pr-2")).isNotNull();
    }

    @Test
    void whatChangedSinceThePlanStays() throws Exception {
        platform.put("ci-pr-1", "production");
        FakePlatform.Node becomesProtected = platform.put("ci-pr-2", "production");
        FakePlatform.Node becomesLasting = platform.put("ci-pr-3", "production");
        platform.put("ci-pr-4", "production");
        platform.put("ci-pr-5", "production");
        SweepPlan plan = plan("ci-pr-99");

        platform.branches.remove("ci-pr-1");
        String other = platform.put("ci-pr-1", "production").uid; // somebody created another one of that id
        becomesProtected.isProtected = true;
        becomesLasting.expiresAt = null;
        platform.put("child", "ci-pr-4");
        List<SweepPlan.Result> results = time.run(plan::apply);

        assertThat(results).filteredOn(result -> result.outcome() != null).hasSize(1);
        assertThat(results)
                .filteredOn(result -> result.problem() != null)
                .hasSize(4)
                .allSatisfy(result -> assertThat(result.problem()).isInstanceOf(BranchProtectedException.class));
        assertThat(platform.mutations).containsExactly("DELETE br-6");
        assertThat(platform.live("ci-pr-1").uid).isEqualTo(other);
    }

    @Test
    void anEmptyKeepListIsAnErrorAndKeepNoneIsAChoice() throws Exception {
        platform.put("ci-pr-1", "production");

        assertThatThrownBy(() -> branches.planSweep("ci-pr-", List.of()))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("keepNone()");
        assertThatThrownBy(() -> branches.planSweep("ci-pr-", options -> options.atMost(3)))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContainingAll("keep(…)", "keepNone()");
        assertThatThrownBy(() -> branches.planSweep(
                        "ci-pr-", options -> options.keepNone().keep(List.of("ci-pr-1"))))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("can't be combined");
        assertThat(time.run(() -> branches.planSweep("ci-pr-", SweepOptions::keepNone))
                        .deletions())
                .hasSize(1);
    }

    @Test
    void aKeepListOfSomethingElseThanBranchIdsIsNoticed() {
        assertThatThrownBy(() -> branches.planSweep("ci-pr-", List.of("42")))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("\"42\"");
        assertThatThrownBy(() -> branches.planSweep("ci-pr-", List.of("pr-42")))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("does not begin with \"ci-pr-\"");
        assertThatThrownBy(() -> branches.planSweep("ci-pr-", List.of("projects/other/branches/ci-pr-1")))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("another project");
        assertThatThrownBy(() -> branches.planSweep("", SweepOptions::keepNone))
                .isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    void noMoreThanTheMaximumGoAndTheOldestGoFirst() throws Exception {
        for (int i = 1; i <= 5; i++) {
            platform.put("ci-pr-" + i, "production").createdAt =
                    time.instant().minus(Duration.ofHours(10)).plusSeconds(i * 60L);
        }

        SweepPlan plan = time.run(
                () -> branches.planSweep("ci-pr-", options -> options.keepNone().atMost(2)));

        assertThat(plan.deletions())
                .extracting(branch -> branch.name().branch())
                .containsExactly("ci-pr-1", "ci-pr-2");
        assertThat(plan.toString()).contains("keep   ci-pr-3", "beyond the maximum of 2");
    }

    @Test
    void aBranchUnderOneHourOfAgeIsNeverSweptWhateverTheOptions() {
        assertThatThrownBy(() -> branches.planSweep("ci-pr-", options -> options.minimumAge(Duration.ofMinutes(59))))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("one hour");
    }

    @Test
    void oneDeleteThatFailsDoesNotStopTheOthers() throws Exception {
        platform.put("ci-pr-1", "production");
        platform.put("ci-pr-2", "production");
        SweepPlan plan = time.run(() -> branches.planSweep("ci-pr-", SweepOptions::keepNone));
        platform.failDeletes = true;

        List<SweepPlan.Result> results = time.run(plan::apply);

        assertThat(results)
                .hasSize(2)
                .allSatisfy(result -> assertThat(result.problem()).hasMessageContaining("oops"));
    }

    @Test
    void randomBranchSetsNeverLoseABranchThatMustStay() throws Exception {
        for (int seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            FakePlatform platform = new FakePlatform(time);
            platform.put("production", null);
            Set<String> keep = new HashSet<>(Set.of("ci-pr-kept"));
            Set<String> mustStay = new HashSet<>(Set.of("production"));
            Set<String> mayGo = new HashSet<>();
            List<String> ids = new ArrayList<>(List.of("production"));
            int count = random.nextInt(1, 25);
            for (int i = 0; i < count; i++) {
                boolean foreign = random.nextInt(3) == 0;
                String id = (foreign ? List.of("ci-p-", "ci-prx", "team-").get(random.nextInt(3)) : "ci-pr-") + i;
                FakePlatform.Node node = platform.put(id, ids.get(random.nextInt(ids.size())));
                mustStay.add(node.source); // a parent, whatever else it is
                mayGo.remove(node.source);
                node.isDefault = random.nextInt(20) == 0;
                node.isProtected = random.nextInt(8) == 0;
                node.expiresAt = random.nextInt(5) == 0 ? null : time.instant().plusSeconds(random.nextInt(1, 90_000));
                node.createdAt = time.instant().minusSeconds(random.nextInt(7_200));
                boolean young = node.createdAt.isAfter(time.instant().minus(Duration.ofHours(1)));
                boolean kept = !foreign && random.nextInt(4) == 0;
                if (kept) {
                    keep.add(id);
                }
                ids.add(id);
                boolean stays =
                        foreign || kept || young || node.isDefault || node.isProtected || node.expiresAt == null;
                (stays ? mustStay : mayGo).add(id);
            }
            int most = random.nextInt(1, 12);
            Branches branches = platform.client().branches("shop");

            SweepPlan plan = time.run(() ->
                    branches.planSweep("ci-pr-", options -> options.keep(keep).atMost(most)));
            assertThat(plan.deletions())
                    .as("seed %d", seed)
                    .hasSize(Math.min(most, mayGo.size()))
                    .extracting(branch -> branch.name().branch())
                    .isSubsetOf(mayGo)
                    .doesNotContainAnyElementsOf(mustStay);
            Set<String> uids = new HashSet<>();
            plan.deletions().forEach(branch -> uids.add("DELETE " + branch.uid()));
            time.run(plan::apply);
            assertThat(platform.mutations).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(uids);
        }
    }
}
