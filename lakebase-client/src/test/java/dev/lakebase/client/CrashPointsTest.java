package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Stops the process before its first call, between any two, and not at all; then runs the same again in a new process. The
 * second run has to end in the right state, and what belongs to others has to be as it was.
 */
@Timeout(60)
class CrashPointsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** More than any of the workflows makes. */
    private static final int MOST_CALLS = 200;

    private interface Workflow {
        void run(Branches branches) throws Exception;
    }

    private interface Verdict {
        void check(FakePlatform platform) throws Exception;
    }

    private static void fromProduction(BranchSpec.Builder spec) {
        spec.from("production").expiresIn(Duration.ofHours(4));
    }

    /** Runs it with a death at every possible moment, and once more. */
    private static void crashEverywhere(Workflow workflow, Verdict prepare, Verdict verdict) throws Exception {
        boolean survived = false;
        int calls = 0;
        for (; !survived; calls++) {
            assertThat(calls).as("the workflow ends some time").isLessThan(MOST_CALLS);
            FakePlatform platform = new FakePlatform(new VirtualTime());
            platform.put("production", null);
            platform.put("staging-of-ann", "production");
            platform.put("it-of-ann", "production");
            platform.put("ci-pr-7", "production");
            prepare.check(platform);
            Map<String, String> others = others(platform);

            survived = attempt(platform, calls, workflow);
            platform.time.advance(Duration.ofSeconds(1));
            assertThat(attempt(platform, Integer.MAX_VALUE, workflow))
                    .as("the run after a death at call %d", calls)
                    .isTrue();
            platform.time.advance(Duration.ofMinutes(1));

            verdict.check(platform);
            assertThat(others(platform)).as("after a death at call %d", calls).isEqualTo(others);
        }
        assertThat(calls).as("there was something to stop").isGreaterThan(3);
    }

    private static boolean attempt(FakePlatform platform, int calls, Workflow workflow) throws Exception {
        boolean[] survived = {true};
        LakebaseClient client = platform.client(calls);
        platform.time.run(() -> {
            try {
                workflow.run(client.branches("shop"));
            } catch (LakebaseException e) {
                assertThat(e).hasStackTraceContaining("the process has died");
                survived[0] = false;
            }
            return true;
        });
        client.close(); // a dead process has no timers
        return survived[0] && !platform.died();
    }

    private static Map<String, String> others(FakePlatform platform) {
        Map<String, String> others = new HashMap<>();
        for (String id : Set.of("production", "staging-of-ann", "it-of-ann", "ci-pr-7")) {
            others.put(id, String.valueOf(platform.live(id)));
        }
        return others;
    }

    @Test
    void getOrCreate() throws Exception {
        crashEverywhere(
                branches -> branches.getOrCreate("staging", CrashPointsTest::fromProduction)
                        .await(PATIENCE),
                platform -> {},
                platform -> {
                    assertThat(platform.live("staging").source).isEqualTo("production");
                    assertThat(platform.mutations).containsExactly("CREATE staging from production");
                });
    }

    @Test
    void getOrCreateThatReplaces() throws Exception {
        crashEverywhere(
                branches -> branches.getOrCreate("staging", CrashPointsTest::fromProduction, WhenDifferent.RECREATE)
                        .await(PATIENCE),
                platform -> {
                    platform.put("qa", null);
                    platform.put("staging", "qa");
                },
                platform -> {
                    assertThat(platform.live("staging").source).isEqualTo("production");
                    assertThat(platform.mutations)
                            .as("the one of another source is deleted, and nothing else")
                            .containsOnly("DELETE br-6", "CREATE staging from production")
                            .endsWith("CREATE staging from production");
                });
    }

    @Test
    void recreate() throws Exception {
        crashEverywhere(
                branches -> branches.recreate("staging").await(PATIENCE),
                platform -> platform.put("staging", "production"),
                platform -> {
                    FakePlatform.Node staging = platform.live("staging");
                    assertThat(staging.source).isEqualTo("production");
                    assertThat(platform.mutations)
                            .as("the branch of the beginning is gone")
                            .contains("DELETE br-5")
                            .endsWith("CREATE staging from production");
                    assertThat(staging.uid).isNotEqualTo("br-5");
                    assertThat(Duration.between(staging.createdAt, staging.expiresAt))
                            .isEqualTo(Duration.ofHours(26));
                });
    }

    @Test
    void ephemeral() throws Exception {
        crashEverywhere(
                branches -> {
                    try (EphemeralBranch copy = branches.ephemeral("it", spec -> spec.from("production"), PATIENCE)) {
                        assertThat(copy.branch().state()).isEqualTo(BranchState.READY);
                    }
                },
                platform -> {},
                platform -> {
                    platform.time.advance(Duration.ofHours(1));
                    platform.live("production");
                    assertThat(platform.branches.keySet())
                            .as("what a dead process leaves behind expires")
                            .containsExactlyInAnyOrder("production", "staging-of-ann", "it-of-ann", "ci-pr-7");
                });
    }

    @Test
    void applyOfASweep() throws Exception {
        crashEverywhere(
                branches -> branches.planSweep("ci-pr-", List.of("ci-pr-7")).apply(),
                platform -> {
                    platform.put("ci-pr-8", "production");
                    platform.put("ci-pr-9", "production");
                    platform.put("ci-pr-10", "production");
                },
                platform -> {
                    assertThat(platform.branches.keySet())
                            .containsExactlyInAnyOrder("production", "staging-of-ann", "it-of-ann", "ci-pr-7");
                    assertThat(platform.mutations).containsOnly("DELETE br-5", "DELETE br-6", "DELETE br-7");
                });
    }
}
