package dev.lakebase.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests that break all they can, in two JVMs with two threads each, on branches of one project: another JVM's Lakebase
 * Local, whose production has the data.
 */
class ResetLoadTest {
    private static final int JVMS = 2;
    private static final int CLASSES = 2;

    /** With its keys and PostgreSQL's own catalogues 33 MB. */
    private static final int ROWS_OF_30_MB = 200_000;

    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** Prints for how long a test waits after the one before: that one's end, the reset, and its own beginning. */
    @LakebaseTest(scope = BranchScope.METHOD, leaks = LeakPolicy.FAIL)
    abstract static class Vandals {
        private static final Map<Class<?>, Long> ENDED = new ConcurrentHashMap<>();

        static IntStream turns() {
            return IntStream.range(0, Integer.getInteger("load.tests"));
        }

        @ParameterizedTest
        @MethodSource("turns")
        void breaksEverything(int turn, DataSource dataSource) throws SQLException {
            Long ended = ENDED.get(getClass());
            if (ended != null) {
                System.out.println("reset " + (System.nanoTime() - ended));
            }
            assertThat(String.join("\n", Vandal.look(dataSource))).isEqualTo(System.getProperty("load.pristine"));
            assertThat(Sql.text(dataSource, Items.SUM)).isEqualTo(System.getProperty("load.sum"));
            Vandal.breakEverything(dataSource);
            Sql.execute(dataSource, "delete from public.item where id % 10 = 0");
            ENDED.put(getClass(), System.nanoTime());
        }
    }

    static class FirstVandals extends Vandals {}

    static class SecondVandals extends Vandals {}

    @Test
    void testsThatBreakEverythingInParallelSeePristineDataAndLeaveNothing(@TempDir Path folder) throws Exception {
        run(8, 1_000, folder, (production, resets) -> {});
    }

    @Test
    @Tag("soak")
    void threeHundredTestsOver30MegabytesCostLessThanLoadingTheDataAgain(@TempDir Path folder) throws Exception {
        run(300, ROWS_OF_30_MB, folder, (production, resets) -> {
            assertThat(Long.parseLong(Sql.text(production, "select pg_database_size(current_database())")))
                    .isGreaterThan(30_000_000);
            var others = Alternatives.measure(production, JVMS * CLASSES);
            System.out.printf(
                    "The machine, at the end: %d cores, load %.1f%n",
                    Runtime.getRuntime().availableProcessors(),
                    ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
            System.out.println("A reset between two tests: " + resets);
            System.out.println("Truncating and loading by COPY: " + others.truncation() + ", "
                    + others.truncation().times(resets) + " of a reset");
            System.out.println("A fresh embedded PostgreSQL, loaded by COPY: " + others.embedded() + ", "
                    + others.embedded().times(resets) + " of a reset");
        });
    }

    private interface Comparison {
        void with(DataSource production, Timings resets) throws Exception;
    }

    private static void run(int tests, int rows, Path folder, Comparison comparison) throws Exception {
        try (LakebaseLocal workspace = LakebaseLocal.start();
                LakebaseClient client = LakebaseClient.builder()
                        .environment(Map.of())
                        .host(workspace.host().toString())
                        .token(workspace.token())
                        .build();
                LakebaseDataSource production = LakebaseDataSource.builder()
                        .environment(Map.of())
                        .client(client)
                        .branch(client.branches(workspace.project())
                                .get("production")
                                .name())
                        .sslRootCert(workspace.caCertificate())
                        .build()) {
            Items.fill(production, rows);
            production.getHikariPoolMXBean().softEvictConnections(); // they don't have the settings of the database
            List<Path> logs = new ArrayList<>();
            long started = System.nanoTime();
            startAndAwait(workspace, production, tests / JVMS / CLASSES, folder, logs);
            long took = System.nanoTime() - started;

            Timings resets = new Timings();
            for (Path log : logs) {
                List<String> lines = Files.readAllLines(log);
                assertThat(lines.get(lines.size() - 1))
                        .as(() -> String.join("\n", lines))
                        .isEqualTo(tests / JVMS + " succeeded");
                lines.stream()
                        .filter(line -> line.startsWith("reset "))
                        .forEach(line -> resets.add(Long.parseLong(line.substring("reset ".length()))));
            }
            assertThat(client.branches(workspace.project()).list())
                    .extracting(branch -> branch.name().branch())
                    .containsExactly("production");
            System.out.printf(
                    "%d tests in %d JVMs took %d s, with start and end%n",
                    tests, JVMS, TimeUnit.NANOSECONDS.toSeconds(took));
            comparison.with(production, resets);
        }
        assertThat(ProcessHandle.current().descendants())
                .as("PostgreSQL, and JVMs")
                .isEmpty();
    }

    private static void startAndAwait(
            LakebaseLocal workspace, DataSource production, int testsPerClass, Path folder, List<Path> logs)
            throws Exception {
        List<String> options = new ArrayList<>(List.of(
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", // or compiling is most of what the short form does
                "-Dlakebase.test.target=remote",
                "-Dlakebase.test.project=" + workspace.project(),
                "-Dload.tests=" + testsPerClass,
                "-Dload.sum=" + Sql.text(production, Items.SUM),
                "-Dload.pristine=" + String.join("\n", Vandal.look(production))));
        Results.IN_PARALLEL.forEach((name, value) -> options.add("-D" + name + "=" + value));
        List<Process> jvms = new ArrayList<>();
        try {
            for (int i = 0; i < JVMS; i++) {
                logs.add(folder.resolve("jvm-" + i + ".log"));
                jvms.add(OtherJvm.start(
                        List.of(FirstVandals.class, SecondVandals.class),
                        System.getProperty("java.class.path"),
                        workspace.environment(),
                        logs.get(i),
                        options.toArray(String[]::new)));
            }
            for (Process jvm : jvms) {
                assertThat(jvm.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS))
                        .as("ended within %s", LONGEST)
                        .isTrue();
            }
        } finally {
            jvms.forEach(Process::destroyForcibly);
        }
    }

    /** How long something took each time. */
    static final class Timings {
        private final List<Long> nanos = new ArrayList<>();

        synchronized void add(long nanosOfOne) {
            nanos.add(nanosOfOne);
        }

        private synchronized double millis(int percent) {
            long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
            Arrays.sort(sorted);
            return sorted[Math.min(sorted.length * percent / 100, sorted.length - 1)] / 1e6;
        }

        String times(Timings of) {
            return "%.1f times the median".formatted(millis(50) / of.millis(50));
        }

        @Override
        public String toString() {
            return "median %.0f ms, 95%% %.0f ms, longest %.0f ms, of %d"
                    .formatted(millis(50), millis(95), millis(100), nanos.size());
        }
    }
}
