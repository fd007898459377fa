package dev.lakebase.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.Branch;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.login.ConnectionTarget;
import dev.lakebase.jdbc.login.LakebaseConnector;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.local.faults.HttpFault;
import dev.lakebase.local.faults.InjectedFault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds that share a project: another JVM's Lakebase Local stands for the workspace. */
class RemoteTest {
    private static final Duration LONG = Duration.ofSeconds(90);

    /** Runs until it is killed, or until the file that {@code go} names is there. */
    @LakebaseTest(scope = BranchScope.METHOD, expiry = "PT20M")
    static class Waits {
        @Test
        void forAFile(DataSource dataSource, Branch branch) throws SQLException {
            Sql.execute(dataSource, "create table mine (x int)");
            System.out.println("ready on " + branch.name().branch());
            Path go = Path.of(System.getProperty("go"));
            RemoteTest.await(() -> Files.exists(go));
            assertThat(Sql.text(dataSource, "select count(*) from mine")).isEqualTo("0");
        }
    }

    @Test
    void aKilledJvmLeavesOnlyBranchesThatExpireAndAnotherBuildGoesOnUndisturbed(@TempDir Path folder) throws Exception {
        Path go = folder.resolve("go");
        Process killed = null;
        Process other = null;
        try (LakebaseLocal workspace = LakebaseLocal.start();
                LakebaseClient client = LakebaseClient.builder()
                        .environment(Map.of())
                        .host(workspace.host().toString())
                        .token(workspace.token())
                        .build()) {
            killed = start(workspace, folder.resolve("killed.log"), "build-1", folder.resolve("never"));
            other = start(workspace, folder.resolve("other.log"), "build-12", go);
            awaitLine(folder.resolve("killed.log"), "ready on " + BuildId.prefix("build-1"));
            awaitLine(folder.resolve("other.log"), "ready on " + BuildId.prefix("build-12"));

            killed.destroyForcibly().waitFor();

            List<Branch> left = new ArrayList<>();
            client.branches(workspace.project()).list().forEach(left::add);
            left.removeIf(branch -> !branch.name().branch().startsWith(BuildId.prefix("build-1")));
            assertThat(left)
                    .hasSize(1)
                    .allSatisfy(branch -> assertThat(branch.expiresAt())
                            .isBetween(Instant.now(), Instant.now().plus(Duration.ofMinutes(21))));

            Files.createFile(go);
            assertThat(other.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(folder.resolve("other.log")).strip()).endsWith("1 succeeded");
            List<String> now = new ArrayList<>();
            client.branches(workspace.project())
                    .list()
                    .forEach(branch -> now.add(branch.name().branch()));
            assertThat(now)
                    .as("the other build's is deleted, the killed one's waits for its expiry")
                    .containsExactlyInAnyOrder("production", left.get(0).name().branch());
        } finally {
            if (killed != null) {
                killed.destroyForcibly();
            }
            if (other != null) {
                other.destroyForcibly();
            }
        }
    }

    static class WaitsForItsTurn extends Waits {}

    @Test
    void aJvmThatIsToldToEndDeletesItsBranchesAlsoOneUnderWayAndMakesNoMore(@TempDir Path folder) throws Exception {
        Path never = folder.resolve("never");
        Path full = folder.resolve("full.log");
        Path local = folder.resolve("local.log");
        List<Process> jvms = new ArrayList<>();
        try (LakebaseLocal workspace = LakebaseLocal.start();
                LakebaseClient client = LakebaseClient.builder()
                        .environment(Map.of())
                        .host(workspace.host().toString())
                        .token(workspace.token())
                        .build()) {
            List<String> options = new ArrayList<>(List.of(
                    "-Dlakebase.test.target=remote",
                    "-Dlakebase.test.project=" + workspace.project(),
                    "-Dlakebase.test.max-branches=1",
                    "-Dgo=" + never));
            Results.IN_PARALLEL.forEach((name, value) -> options.add("-D" + name + "=" + value));
            jvms.add(OtherJvm.start(
                    List.of(Waits.class, WaitsForItsTurn.class),
                    System.getProperty("java.class.path"),
                    workspace.environment(),
                    full,
                    options.toArray(String[]::new)));
            jvms.add(OtherJvm.start(
                    Waits.class, System.getProperty("java.class.path"), Map.of(), local, "-Dgo=" + never));
            awaitLine(full, " waits: ");
            awaitLine(full, "ready on ");
            awaitLine(local, "ready on ");
            InjectedFault late = workspace
                    .faults()
                    .inject(HttpFault.latency(Duration.ofSeconds(2))
                            .on("GET", "projects/**")
                            .times(1));
            jvms.add(start(workspace, folder.resolve("early.log"), "build-1", never));
            assertThat(late.awaitStrikes(1, LONG)).isTrue();

            jvms.forEach(Process::destroy);

            for (Process jvm : jvms) {
                assertThat(jvm.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            }
            assertThat(read(local)).as("branches that end with the JVM").doesNotContain("could not be deleted");
            assertThat(client.branches(workspace.project()).list())
                    .extracting(branch -> branch.name().branch())
                    .containsExactly("production");
        } finally {
            jvms.forEach(Process::destroyForcibly);
        }
    }

    @LakebaseTest
    static class Passes {
        @Test
        void quickly(Branch branch) {
            System.out.println("ready on " + branch.name().branch());
        }

        @Test
        void theGuardLetsItLogInToABranchThatItMakesItself(Branch branch, LakebaseClient client) throws SQLException {
            try (var mine = client.branches(branch.name().project())
                    .ephemeral("mine", b -> b.from("production"), Duration.ofMinutes(2))) {
                try (LakebaseConnector connector = LakebaseConnector.builder()
                                .client(client)
                                .branch(mine.name())
                                .sslRootCert(Path.of(System.getenv("PGSSLROOTCERT")))
                                .build();
                        Connection connection = connector.getConnection()) {
                    assertThat(Sql.text(connection, "select 1")).isEqualTo("1");
                }
                mine.close();
                var target = new ConnectionTarget(
                        "localhost", 5432, "db", "me", mine.name().endpoint("primary"));
                assertThatThrownBy(() -> new RunGuard().check(target))
                        .hasMessageContaining("was not made by this test run");
            }
        }
    }

    @Test
    void aSweepTakesWhatEarlierRunsOfThisBuildLeftAndNothingElse(@TempDir Path folder) throws Exception {
        AtomicReference<Duration> ago = new AtomicReference<>(Duration.ZERO);
        try (LakebaseLocal workspace = LakebaseLocal.builder()
                        .clock(() -> Instant.now().minus(ago.get()))
                        .start();
                LakebaseClient client = LakebaseClient.builder()
                        .environment(Map.of())
                        .host(workspace.host().toString())
                        .token(workspace.token())
                        .build()) {
            String mine = BuildId.prefix("build-1");
            String kept = BuildId.prefix("build-1", Passes.class, true);
            String other = BuildId.prefix("build-12");
            ago.set(Duration.ofHours(3));
            create(client, workspace, mine + "old", kept, other + "old");
            ago.set(Duration.ofMinutes(90));
            create(client, workspace, mine + "young");
            ago.set(Duration.ZERO);
            Path log = folder.resolve("sweeping.log");

            Process sweeping = start(workspace, Passes.class, log, "build-1", "-Dlakebase.test.sweep-after=PT2H");

            try {
                assertThat(sweeping.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } finally {
                sweeping.destroyForcibly();
            }
            assertThat(Files.readString(log).strip())
                    .contains("Deleted projects/" + workspace.project() + "/branches/" + mine + "old")
                    .endsWith("2 succeeded");
            assertThat(client.branches(workspace.project()).list())
                    .extracting(branch -> branch.name().branch())
                    .containsExactlyInAnyOrder("production", kept, other + "old", mine + "young");
        }
    }

    private static void create(LakebaseClient client, LakebaseLocal workspace, String... branches) {
        for (String branch : branches) {
            client.branches(workspace.project())
                    .create(branch, spec -> spec.from("production").expiresIn(Duration.ofHours(9)))
                    .await(LONG);
        }
    }

    @Test
    void aWorkspaceInTheEnvironmentIsNoWishForIt() {
        assertThat(Results.failures(Results.run(Map.of("lakebase.test.target", "remote"), Waits.class)))
                .contains("lakebase.test.project is not set");
        assertThat(Results.failures(Results.run(Map.of("lakebase.test.project", "shop"), Waits.class)))
                .contains("lakebase.test.target is not \"remote\"");
        assertThat(Results.failures(Results.run(Map.of("lakebase.test.target", "prod"), Waits.class)))
                .contains("expected \"local\" or \"remote\"");
    }

    private static Process start(LakebaseLocal workspace, Path log, String build, Path go) throws Exception {
        return start(workspace, Waits.class, log, build, "-Dgo=" + go);
    }

    private static Process start(LakebaseLocal workspace, Class<?> testClass, Path log, String build, String option)
            throws Exception {
        return OtherJvm.start(
                testClass,
                System.getProperty("java.class.path"),
                workspace.environment(),
                log,
                "-Dlakebase.test.target=remote",
                "-Dlakebase.test.project=" + workspace.project(),
                "-Dlakebase.test.build-id=" + build,
                option);
    }

    private static void awaitLine(Path log, String text) throws Exception {
        try {
            await(() -> Files.exists(log) && read(log).contains(text));
        } catch (AssertionError e) {
            throw new AssertionError(read(log), e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static void await(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("Not within " + LONG);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
