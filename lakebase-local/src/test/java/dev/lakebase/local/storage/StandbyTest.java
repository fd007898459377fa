package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Branches that begin as a warm standby of their parent. */
class StandbyTest {
    private static final Duration START = Duration.ofSeconds(30);

    private static void awaitWarm(Storage storage, Cluster parent) throws Exception {
        Await.until("a warm standby", () -> storage.standbys().isWarm(parent));
    }

    private static boolean wasStandby(Cluster cluster) {
        return cluster.folder().getFileName().toString().startsWith(Standby.PREFIX);
    }

    @Test
    void branchesUnderLoadHoldAllThatWasCommittedBeforeAndNothingOfLater() throws Exception {
        long seed = new SplittableRandom().nextLong();
        System.out.println("StandbyTest: seed " + seed);
        try (Storage storage = Storage.open(null, line -> {})) {
            storage.keepStandbys();
            Cluster bank = storage.createRoot("br-bank");
            Bank.open(bank);
            bank.history().keep(true);
            storage.delete(storage.branch(bank, "br-first"));
            try (Bank load = new Bank(bank, seed)) {
                for (int i = 0; i < 3; i++) {
                    awaitWarm(storage, bank);
                    load.awaitTransfers(100); // which the standby does not have yet
                    long before = load.committed();
                    Cluster branch = storage.branch(bank, "br-" + i);
                    assertThat(wasStandby(branch)).isTrue();
                    TransactionLog log = TransactionLog.of(bank);
                    assertThat(Bank.audit(branch))
                            .isGreaterThanOrEqualTo(before)
                            .isEqualTo(log.committedUpTo(branch.origin().lsn()))
                            .isEqualTo(log.committedUpTo(branch.origin().time()));
                    assertThat(Sql.ask(branch, "SELECT pg_is_in_recovery()")).isEqualTo("f");
                    storage.delete(branch);
                }
            }
        }
    }

    @Test
    void branchThatWasAStandbyIsABranchLikeAnyOther(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        try (Storage storage = Storage.open(data, line -> {})) {
            storage.keepStandbys();
            Cluster root = storage.createRoot("br-root");
            root.history().keep(true);
            storage.branch(root, "br-first");
            awaitWarm(storage, root);
            Sql.run(root, "CREATE TABLE kept AS SELECT 42 AS n");

            Cluster branch = storage.branch(root, "br-second");

            assertThat(wasStandby(branch)).isTrue();
            branch.history().keep(true);
            branch.suspend();
            branch.start(START);
            Cluster child = storage.branch(branch, "br-child");
            assertThat(Sql.ask(child, "SELECT n FROM kept")).isEqualTo("42");
            assertThat(Sql.ask(child, "SELECT timeline_id FROM pg_control_checkpoint()"))
                    .isIn("2", "3");
        }
        assertThat(Orphans.find(data)).isEmpty();

        try (Storage storage = Storage.open(data, line -> {})) {
            assertThat(storage.clusters()).containsOnlyKeys("br-root", "br-first", "br-second", "br-child");
            assertThat(list(data.resolve("clusters"))).containsExactly("br-child", "br-first", "br-root", "br-second");
            Cluster branch = storage.clusters().get("br-second");
            assertThat(branch.history().isKept()).isTrue();
            assertThat(branch.origin()).isNotNull();
            branch.start(START);
            assertThat(Sql.ask(branch, "SELECT n FROM kept")).isEqualTo("42");
        }
    }

    @Test
    void standbyThatDiedOrFellBehindIsReplacedByACopy() throws Exception {
        try (Storage storage = Storage.open(null, line -> {})) {
            storage.keepStandbys();
            Cluster root = storage.createRoot("br-root");
            root.history().keep(true);
            storage.branch(root, "br-first");
            awaitWarm(storage, root);
            Sql.run(root, "CREATE TABLE big AS SELECT repeat('x', 1000) FROM generate_series(1, 30000)");

            Cluster branch = storage.branch(root, "br-behind");

            assertThat(wasStandby(branch)).isFalse();
            assertThat(Sql.ask(branch, "SELECT count(*) FROM big")).isEqualTo("30000");
            assertThat(list(storage.directory().resolve("clusters")))
                    .filteredOn(name -> name.startsWith(Standby.PREFIX))
                    .isEmpty();

            root.history().tend(Instant.EPOCH);
            storage.branch(root, "br-again");
            awaitWarm(storage, root);
            for (ProcessHandle process : Orphans.find(storage.directory().resolve("clusters"))) {
                if (process.info().commandLine().orElse("").contains(Standby.PREFIX)) {
                    process.destroyForcibly();
                }
            }
            Cluster last = storage.branch(root, "br-last");
            assertThat(Sql.ask(last, "SELECT count(*) FROM big")).isEqualTo("30000");
        }
    }

    @Test
    void standbyOverwritesTheFilesOfADeletedBranch() throws Exception {
        try (Storage storage = Storage.open(null, line -> {})) {
            Cluster root = storage.createRoot("br-root");
            root.history().keep(true);
            List<Cluster> deleted = List.of(storage.branch(root, "br-one"), storage.branch(root, "br-other"));
            deleted.forEach(storage::delete);
            storage.keepStandbys();

            storage.branch(root, "br-branch");
            awaitWarm(storage, root);

            assertThat(list(storage.directory().resolve("clusters")))
                    .hasSize(3)
                    .noneMatch(name -> name.startsWith(SpareFolders.PREFIX));
        }
    }

    @Test
    void standbyGoesWithItsParentAndWithTheStorage() throws Exception {
        Path directory;
        try (Storage storage = Storage.open(null, line -> {})) {
            directory = storage.directory();
            storage.keepStandbys();
            Cluster root = storage.createRoot("br-root");
            root.history().keep(true);
            Cluster child = storage.branch(root, "br-child");
            child.history().keep(true);
            storage.delete(storage.branch(child, "br-grandchild"));
            awaitWarm(storage, child);
            awaitWarm(storage, root);

            storage.delete(child);

            assertThat(storage.standbys().isWarm(child)).isFalse();
            assertThat(list(directory.resolve("clusters")))
                    .filteredOn(name -> name.startsWith(Standby.PREFIX))
                    .hasSize(1);
        }
        assertThat(directory).doesNotExist();
        assertThat(Orphans.find(directory)).isEmpty();
    }

    private static List<String> list(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
