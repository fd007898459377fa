package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.lakebase.local.LakebaseLocal;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The branch workflows against a platform that has branches for real. */
@Timeout(180)
class BranchWorkflowsLocalTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static LakebaseLocal platform;
    private static LakebaseClient client;
    private static Branches branches;

    @BeforeAll
    static void start() {
        platform = LakebaseLocal.start();
        client = LakebaseClient.builder().environment(platform.environment()).build();
        branches = client.branches(platform.project());
    }

    @AfterAll
    static void stop() {
        if (client != null) {
            client.close();
        }
        if (platform != null) {
            platform.close();
        }
    }

    private static void fromProduction(BranchSpec.Builder spec) {
        spec.from("production").expiresIn(Duration.ofHours(4));
    }

    @Test
    void aBranchIsAdoptedRecreatedKeptDeletedAndBroughtBack() {
        Branch created = branches.getOrCreate("staging", BranchWorkflowsLocalTest::fromProduction)
                .await(PATIENCE);
        Branch adopted = branches.getOrCreate("staging", BranchWorkflowsLocalTest::fromProduction)
                .await(PATIENCE);
        assertThat(adopted.uid()).isEqualTo(created.uid());
        client.roles(created.name()).create("tester", role -> {}).await(PATIENCE);

        Recreation recreation = branches.recreate("staging").await(PATIENCE);
        assertThat(recreation.branch().uid()).isNotEqualTo(created.uid());
        assertThat(recreation.lostRoles()).containsExactly("tester");
        assertThat(recreation.lostEndpoints()).isEmpty();

        String uid = recreation.branch().uid();
        Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
        assertThat(branches.expireAt("staging", tomorrow).await(PATIENCE).expiresAt())
                .isCloseTo(tomorrow, within(1, ChronoUnit.SECONDS));
        assertThat(branches.neverExpires("staging").await(PATIENCE).expiresAt()).isNull();
        assertThat(branches.protect("staging").await(PATIENCE).isProtected()).isTrue();
        assertThatThrownBy(() -> branches.delete("staging", uid)).isInstanceOf(BranchProtectedException.class);
        assertThat(branches.unprotect("staging", uid).await(PATIENCE).isProtected())
                .isFalse();

        assertThat(branches.lineage("staging"))
                .extracting(branch -> branch.name().branch())
                .containsExactly("staging", "production");
        assertThat(branches.children("production")).extracting(Branch::uid).contains(uid);

        branches.delete("staging", uid).await(PATIENCE);
        assertThat(branches.listDeleted()).extracting(Branch::uid).contains(uid);
        assertThat(branches.undelete("staging").await(PATIENCE).uid()).isEqualTo(uid);
        assertThat(branches.purge("staging", uid).await(PATIENCE)).isEqualTo(DeleteOutcome.DELETED);
        assertThat(branches.listDeleted()).extracting(Branch::uid).doesNotContain(uid);
    }

    @Test
    void aRestoreGoesBackToAPointInTime() {
        Instant point = Instant.now();

        Operation<Branch> restore =
                branches.restore("recovery", b -> b.from("production").at(point).expiresIn(Duration.ofHours(1)));
        Branch recovery =
                client.branches(platform.project()).resume(restore.name()).await(PATIENCE);

        assertThat(recovery.source()).isEqualTo(new BranchName(platform.project(), "production"));
        assertThat(recovery.sourceTime()).isBetween(point.minusSeconds(1), point.plusSeconds(1));
        branches.delete("recovery").await(PATIENCE);
    }

    @Test
    void aSweepDeletesWhatIsOldAndNotKept() {
        branches.create("ci-pr-1", BranchWorkflowsLocalTest::fromProduction).await(PATIENCE);
        branches.create("ci-pr-2", BranchWorkflowsLocalTest::fromProduction).await(PATIENCE);
        List<String> open = List.of(BranchNames.forPullRequest(2));
        assertThat(branches.planSweep("ci-pr-", open).deletions())
                .as("both are young")
                .isEmpty();

        try (LakebaseClient later = LakebaseClient.builder()
                .environment(platform.environment())
                .timeSource(new TwoHoursLater())
                .build()) {
            SweepPlan plan = later.branches(platform.project())
                    .because("the weekly sweep")
                    .planSweep("ci-pr-", open);
            assertThat(plan.apply())
                    .extracting(result -> result.branch().branch(), SweepPlan.Result::outcome)
                    .containsExactly(tuple("ci-pr-1", DeleteOutcome.DELETED));
        }

        assertThat(branches.list())
                .extracting(branch -> branch.name().branch())
                .contains("ci-pr-2")
                .doesNotContain("ci-pr-1");
        branches.delete("ci-pr-2").await(PATIENCE);
    }

    private static final class TwoHoursLater implements TimeSource {
        @Override
        public Instant instant() {
            return TimeSource.system().instant().plus(Duration.ofHours(2));
        }

        @Override
        public long nanoTime() {
            return TimeSource.system().nanoTime();
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return TimeSource.system().schedule(delay, task);
        }
    }

    @Test
    void twoProcessesThatRunAtOnceNeverLoseABranchToEachOther() throws Exception {
        List<Process> processes = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        EphemeralProcess.class.getName(),
                        platform.project());
                builder.environment().putAll(platform.environment());
                processes.add(builder.redirectErrorStream(true).start());
            }
            for (int round = 0; round < EphemeralProcess.ROUNDS; round++) {
                for (Process process : processes) {
                    process.outputWriter().write("go\n");
                    process.outputWriter().flush();
                }
                List<String> said = new ArrayList<>();
                for (Process process : processes) {
                    said.add(answer(process.inputReader()));
                }
                assertThat(said).allMatch(line -> line.startsWith("had it-")).doesNotHaveDuplicates();
            }
            for (Process process : processes) {
                assertThat(process.waitFor()).isZero();
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
        assertThat(branches.list()).extracting(branch -> branch.name().branch()).noneMatch(id -> id.startsWith("it-"));
    }

    /** What the process says, without what its libraries print. */
    private static String answer(BufferedReader output) throws IOException {
        List<String> before = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("had ")) {
                return line;
            }
            before.add(line);
        }
        return "ended after " + before;
    }
}
