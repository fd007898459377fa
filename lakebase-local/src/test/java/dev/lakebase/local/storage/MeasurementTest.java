package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Figures for the README: how soon a branch answers its first query, and what an idle one costs. */
class MeasurementTest {
    private static final int ROUNDS = Integer.getInteger("measure.rounds", 50);
    /** Of each parent: caches fill, and the first standby comes. */
    private static final int WARM_UP = 3;

    /** For one more copy of the parent, on a disk that has others to serve. */
    private static final Duration REPLENISH = Duration.ofMinutes(2);

    private enum Made {
        COPIED("a copy"),
        COPIED_WITH_HISTORY("a copy that may have children"),
        FROM_A_STANDBY("the standby of its parent");

        private final String text;

        Made(String text) {
            this.text = text;
        }
    }

    @Test
    @Tag("soak")
    void branchReadyToQuery() throws Exception {
        List<String> table = new ArrayList<>();
        table.add(row("parent", "branch", "median", "9 of 10 within"));
        for (int megabytes : new int[] {30, 400}) {
            for (Made made : Made.values()) {
                long[] nanos = measure(megabytes, made);
                table.add(row(megabytes + " MB", made.text, millis(nanos[ROUNDS / 2]), millis(nanos[ROUNDS * 9 / 10])));
                System.out.println(
                        "MEASURED " + table.get(table.size() - 1)); // a run that is cut short has told something
            }
        }
        table.add("30 idle branches: " + thirtyIdleBranches());
        System.out.println(String.join("\n", table));
    }

    private static String row(String... cells) {
        return String.format(Locale.ROOT, "%-8s | %-30s | %8s | %s", (Object[]) cells);
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.0f ms", nanos / 1e6);
    }

    /** Sorted. */
    private static long[] measure(int megabytes, Made made) throws Exception {
        try (Storage storage = Storage.open(null, line -> {})) {
            if (made == Made.FROM_A_STANDBY) {
                storage.keepStandbys();
            }
            Cluster parent = storage.createRoot("br-parent");
            fill(parent, megabytes);
            parent.history().keep(true);
            long[] nanos = new long[ROUNDS];
            for (int i = -WARM_UP; i < ROUNDS; i++) {
                Sql.run(parent, "INSERT INTO filler VALUES (0, 'little')");
                if (made == Made.FROM_A_STANDBY && i > -WARM_UP) {
                    Await.until(
                            REPLENISH,
                            () -> "a warm standby",
                            () -> storage.standbys().isWarm(parent));
                }
                long start = System.nanoTime();
                Cluster branch = storage.branch(parent, "br-" + (i + WARM_UP));
                if (made == Made.COPIED_WITH_HISTORY) {
                    branch.history().keepAsBranchOf(parent);
                }
                assertThat(Sql.ask(branch, "SELECT 1")).isEqualTo("1");
                if (i >= 0) {
                    nanos[i] = System.nanoTime() - start;
                    assertThat(isFromStandby(branch)).isEqualTo(made == Made.FROM_A_STANDBY);
                }
                storage.delete(branch);
            }
            Arrays.sort(nanos);
            return nanos;
        }
    }

    private static boolean isFromStandby(Cluster branch) {
        Path name = branch.folder().getFileName();
        return name.toString().startsWith(Standby.PREFIX);
    }

    private static void fill(Cluster cluster, int megabytes) throws Exception {
        long missing = ((long) megabytes << 20) - cluster.logicalSizeBytes();
        // a row of 1000 bytes and its header, seven to a page
        Sql.run(
                cluster,
                "CREATE TABLE filler AS SELECT g AS n, repeat('x', 1000) AS text FROM generate_series(1, "
                        + missing / 1170 + ") g",
                // else the first to read a page marks it, and with checksums that is logged as a whole page
                "VACUUM filler",
                "CHECKPOINT");
    }

    @Test
    void thirtyBranchesStayUnderTwoGigabytes() throws Exception {
        System.out.println("MEASURED 30 idle branches: " + thirtyIdleBranches());
    }

    private static String thirtyIdleBranches() throws Exception {
        try (Storage storage = Storage.open(null, line -> {})) {
            Cluster parent = storage.createRoot("br-parent");
            parent.history().keep(true);
            List<Cluster> branches = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                Cluster branch = storage.branch(parent, "br-" + i);
                branches.add(branch);
                assertThat(Sql.ask(branch, "SELECT 1")).isEqualTo("1");
            }
            Memory all = Memory.of(Orphans.find(storage.directory()));
            assertThat(all.residentBytes()).isBetween(1L, 2L << 30);
            return all + "; one: " + Memory.of(Orphans.find(branches.get(7).data()));
        }
    }
}
