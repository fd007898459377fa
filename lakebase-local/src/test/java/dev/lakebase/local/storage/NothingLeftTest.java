package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NothingLeftTest {

    @Test
    void createDeleteRoundsLeaveNoProcessFolderOrThread() throws Exception {
        Set<Long> processesBefore = descendants();
        Set<Thread> threadsBefore = threads();
        Path directory;
        try (Storage storage = Storage.open(null, line -> {})) {
            directory = storage.directory();
            Cluster root = storage.createRoot("br-root");
            Set<Long> processesWithRoot = descendants();
            for (int round = 0; round < 5; round++) {
                storage.delete(storage.branch(root, "br-round-" + round));
            }
            Await.until(
                    "processes of the branches are gone",
                    () -> processesWithRoot.containsAll(postmasters(descendants(), directory)));
            // the catalogs of one wait for the next branch to overwrite them
            assertThat(list(directory.resolve("clusters")))
                    .hasSize(2)
                    .contains("br-root")
                    .anyMatch(name -> name.startsWith(SpareFolders.PREFIX));
            assertThat(list(directory.resolve("s"))).allMatch(name -> name.startsWith(".s.PGSQL.1"));
            assertThat(Sql.ask(root, "SELECT count(*) FROM pg_replication_slots"))
                    .isEqualTo("0");
        }
        assertThat(directory).doesNotExist();
        assertThat(Orphans.find(directory)).isEmpty();
        Await.until("processes are gone", () -> processesBefore.containsAll(descendants()));
        Set<Thread> more = new HashSet<>();
        Await.until(() -> "threads are gone: " + more, () -> {
            more.clear();
            more.addAll(threads());
            more.removeAll(threadsBefore);
            return more.isEmpty();
        });
    }

    @Test
    void everyFolderIsClosedToOtherUsers() throws Exception {
        try (Storage storage = Storage.open(null, line -> {})) {
            Cluster root = storage.createRoot("br-root");
            Cluster branch = storage.branch(root, "br-branch");
            try (Stream<Path> all = Files.walk(storage.directory())) {
                for (Path folder : all.filter(Files::isDirectory).toList()) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                            .as("%s", folder)
                            .isEqualTo("rwx------");
                }
            }
            for (Path file :
                    List.of(root.data().resolve("base/1/1259"), branch.data().resolve("base/1/1259"))) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            }
            assertThat(root.socket().getPath().toString().length()).isLessThan(104);
        }
    }

    @Test
    void closeWhileBranchesAreTakenLeavesNothing() throws Exception {
        Storage storage = Storage.open(null, line -> {});
        Path directory = storage.directory();
        Cluster root = storage.createRoot("br-root");
        List<CompletableFuture<Cluster>> taken = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String uid = "br-" + i;
            taken.add(CompletableFuture.supplyAsync(() -> storage.branch(root, uid)));
        }
        Await.until(
                "a copy is under way", () -> list(directory.resolve("clusters")).size() > 1);

        storage.close();
        storage.close();

        for (CompletableFuture<Cluster> branch : taken) {
            // it was made and stopped, or it failed: but it is over, and says why
            branch.handle((cluster, failure) -> {
                        assertThat(
                                        failure == null
                                                ? ""
                                                : failure.getCause().getClass().getSimpleName())
                                .isIn("", "StorageException");
                        return null;
                    })
                    .get(20, java.util.concurrent.TimeUnit.SECONDS);
        }
        assertThat(directory).doesNotExist();
        assertThat(Orphans.find(directory)).isEmpty();
        assertThatThrownBy(() -> storage.createRoot("br-late"))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> root.start(Duration.ofSeconds(1))).isInstanceOf(StorageException.class);
    }

    @Test
    void interruptedThreadClosesCompletelyAndStaysInterrupted() throws Exception {
        Storage storage = Storage.open(null, line -> {});
        Path directory = storage.directory();
        storage.createRoot("br-root");

        Thread.currentThread().interrupt();
        try {
            storage.close();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }

        assertThat(directory).doesNotExist();
        assertThat(Orphans.find(directory)).isEmpty();
    }

    @Test
    void creationThatIsInterruptedLeavesNothing() throws Exception {
        try (Storage storage = Storage.open(null, line -> {})) {
            Thread.currentThread().interrupt();
            try {
                assertThatThrownBy(() -> storage.createRoot("br-interrupted")).isInstanceOf(StorageException.class);
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }

            assertThat(list(storage.directory().resolve("clusters"))).isEmpty();
            assertThat(storage.createRoot("br-interrupted").isRunning()).isTrue();
        }
    }

    @Test
    void interruptedThreadDeletesCompletely() throws Exception {
        try (Storage storage = Storage.open(null, line -> {})) {
            Cluster root = storage.createRoot("br-root");

            Thread.currentThread().interrupt();
            try {
                storage.delete(root);
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }

            assertThat(root.folder()).doesNotExist();
            assertThat(Orphans.find(root.folder())).isEmpty();
        }
    }

    @Test
    void whatAKilledJvmLeftIsRemovedByTheNextOpen() throws Exception {
        // not the usual one, where any test's JVM tidies up; short, for the sockets; PostgreSQL may be another user
        Path temporary = Files.createTempDirectory(
                Path.of("/tmp").toRealPath(),
                "lb",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        try {
            Path folder;
            try (OtherJvm killed = OtherJvm.startIn(temporary)) {
                folder = killed.awaitSocket().getParent().getParent();
                killed.kill();
            }
            assertThat(folder).exists().startsWith(temporary);
            assertThat(Orphans.find(folder)).isNotEmpty();

            try (OtherJvm next = OtherJvm.startIn(temporary)) {
                next.awaitSocket();
                assertThat(folder).doesNotExist();
                assertThat(Orphans.find(folder)).isEmpty();
                assertThat(next.progress()).anyMatch(line -> line.contains(folder.toString()));
                next.terminate();
            }
        } finally {
            Orphans.end(temporary);
            Folders.delete(temporary);
        }
    }

    @Test
    void whatALiveJvmUsesIsLeftAlone() throws Exception {
        try (OtherJvm other = OtherJvm.start(null);
                Storage mine = Storage.open(null, line -> {})) {
            Path folder = other.awaitSocket().getParent().getParent();

            Storage.open(null, line -> {}).close();

            assertThat(folder).exists();
            assertThat(Orphans.find(folder)).isNotEmpty();
            assertThat(mine.directory()).exists();
            other.terminate();
            // its shutdown hook has cleaned up
            assertThat(folder).doesNotExist();
            assertThat(Orphans.find(folder)).isEmpty();
        }
    }

    @Test
    void processThatOnlyMentionsTheFolderIsNoOrphan(@TempDir Path folder) throws Exception {
        Process bystander = new ProcessBuilder("sleep", "60")
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .start();
        try {
            assertThat(Orphans.find(folder)).isEmpty();
            Orphans.end(folder);
            assertThat(bystander.isAlive()).isTrue();
        } finally {
            bystander.destroyForcibly();
        }
    }

    private static Set<Long> descendants() {
        return ProcessHandle.current().descendants().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    private static Set<Long> postmasters(Set<Long> among, Path directory) {
        return Orphans.find(directory).stream()
                .filter(process -> process.parent()
                        .map(parent -> parent.pid() == ProcessHandle.current().pid())
                        .orElse(true))
                .map(ProcessHandle::pid)
                .filter(among::contains)
                .collect(Collectors.toSet());
    }

    /** Without those that the JDK and pgjdbc share among all their users, and end when idle. */
    private static Set<Thread> threads() {
        Set<Thread> all = new HashSet<>(Thread.getAllStackTraces().keySet());
        all.removeIf(thread -> thread.getName().startsWith("process reaper")
                || thread.getName().startsWith("ForkJoinPool.commonPool")
                || thread.getName().startsWith("Cleaner-")
                || thread.getName().startsWith("PostgreSQL-JDBC"));
        return all;
    }

    private static List<String> list(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
