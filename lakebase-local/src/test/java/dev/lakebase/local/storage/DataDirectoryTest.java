package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

    private static final Duration START = Duration.ofSeconds(30);

    @TempDir
    private Path parent;

    @Test
    void clustersOutliveCloseAndAreFoundAgain() throws Exception {
        Path data = parent.resolve("data");
        try (Storage storage = Storage.open(data, line -> {})) {
            Cluster root = storage.createRoot("br-root");
            Sql.run(root, "CREATE TABLE kept AS SELECT 42 AS n");
            storage.branch(root, "br-branch");
            storage.delete(storage.branch(root, "br-gone"));
        }
        assertThat(Orphans.find(data)).isEmpty();
        // what a killed JVM may have been in the middle of
        Files.createDirectories(data.resolve("clusters/.new-br-half/pgdata"));
        Files.createDirectories(data.resolve("clusters/.gone-1-br-half/pgdata"));
        Files.createDirectories(
                data.resolve("clusters").resolve(SpareFolders.PREFIX + 0).resolve("pgdata"));

        try (Storage storage = Storage.open(data, line -> {})) {
            assertThat(storage.clusters()).containsOnlyKeys("br-root", "br-branch");
            Cluster branch = storage.clusters().get("br-branch");
            assertThat(branch.isRunning()).isFalse();
            branch.start(START);
            assertThat(Sql.ask(branch, "SELECT n FROM kept")).isEqualTo("42");
            assertThat(Sql.ask(storage.branch(branch, "br-next"), "SELECT n FROM kept"))
                    .isEqualTo("42");
            assertThat(data.resolve("clusters")).isDirectoryNotContaining("glob:**/.*");
        }
    }

    @Test
    void slotOfAHistoryThatARunWasKilledInHoldsNoLogAfterwards() throws Exception {
        Path data = parent.resolve("data");
        try (Storage storage = Storage.open(data, line -> {})) {
            Cluster forgetful = storage.createRoot("br-forgetful");
            Sql.run(forgetful, "SELECT pg_create_physical_replication_slot('lakebase_history', true)");
            storage.createRoot("br-mindful").history().keep(true);
        }
        try (Storage storage = Storage.open(data, line -> {})) {
            for (String uid : List.of("br-forgetful", "br-mindful")) {
                Cluster cluster = storage.clusters().get(uid);
                cluster.start(START);
                assertThat(Sql.ask(cluster, "SELECT count(*) FROM pg_replication_slots"))
                        .as(uid)
                        .isEqualTo(cluster.history().isKept() ? "1" : "0");
            }
        }
    }

    @Test
    void folderInUseByThisJvmIsRefused() {
        Path data = parent.resolve("data");
        try (Storage first = Storage.open(data, line -> {})) {
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> Storage.open(data, line -> {}))
                        .isInstanceOf(StorageException.class)
                        .hasMessageContaining(data.toString())
                        .hasMessageContaining("in use");
            }
            assertThat(first.createRoot("br-root").isRunning()).isTrue();
        }
        Storage.open(data, line -> {}).close();
    }

    @Test
    void spareThatCanNotBeDeletedIsNamedAndTheFolderIsFree() throws Exception {
        Path data = parent.resolve("data");
        Path deep = parent.resolve("x".repeat(200));
        Files.createDirectories(deep.resolve(("x".repeat(200) + "/").repeat(14)));
        Storage storage = Storage.open(data, line -> {});
        Path run = storage.createRoot("br-root").socket().getPath().getParent().getParent();
        storage.delete(storage.createRoot("br-gone"));
        // longer than any path may be, so that not even root can delete it
        Path spare = data.resolve("clusters").resolve(SpareFolders.PREFIX + 0);
        Path tooDeep = Files.createDirectories(spare.resolve(("y".repeat(200) + "/").repeat(15)))
                .resolve("x");
        Files.move(deep, tooDeep);
        try {
            assertThatThrownBy(storage::close)
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining(spare.toString());
        } finally {
            Files.move(tooDeep, deep);
        }
        assertThat(run).doesNotExist();
        try (Storage next = Storage.open(data, line -> {})) {
            assertThat(next.clusters()).containsOnlyKeys("br-root");
            assertThat(spare).doesNotExist();
        }
    }

    @Test
    void folderOfAnotherLiveJvmIsRefusedAndThatOfADeadOneIsTakenOver() throws Exception {
        Path data = parent.resolve("data");
        try (OtherJvm other = OtherJvm.start(data)) {
            other.awaitSocket();
            assertThatThrownBy(() -> Storage.open(data, line -> {}))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("in use");
            assertThat(Orphans.find(data)).isNotEmpty();
            other.kill();
        }
        try (Storage storage = Storage.open(data, line -> {})) {
            assertThat(Orphans.find(data)).isEmpty();
            Cluster survivor = storage.clusters().get("br-other");
            survivor.start(START);
            assertThat(Sql.ask(survivor, "SELECT answer FROM kept")).isEqualTo("42");
        }
    }

    @Test
    void clusterOfAnotherPostgresVersionIsRefused() throws Exception {
        Path data = parent.resolve("data");
        try (Storage storage = Storage.open(data, line -> {})) {
            storage.createRoot("br-root");
        }
        Files.writeString(data.resolve("clusters/br-root/pgdata/PG_VERSION"), "9\n");

        assertThatThrownBy(() -> Storage.open(data, line -> {}))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("PostgreSQL 9");
        // the failed attempt has let go of the folder
        assertThatThrownBy(() -> Storage.open(data, line -> {})).hasMessageContaining("PostgreSQL 9");
    }

    @Test
    void fileInPlaceOfTheFolderIsRefused() throws Exception {
        Path file = Files.createFile(parent.resolve("data"));
        assertThatThrownBy(() -> Storage.open(file, line -> {}))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("is not a folder");
    }
}
