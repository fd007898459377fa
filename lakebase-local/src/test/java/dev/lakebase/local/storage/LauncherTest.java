package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {

    @Test
    void environmentOfTheUserDoesNotSteerTheServer() {
        assertThat(Launcher.DIRECT.builder(java.util.List.of("true")).environment())
                .containsOnlyKeys("PATH", "LC_ALL", "TZ");
    }

    /** Where the kernel forbids user namespaces, as in many containers, root falls back to this. */
    @Test
    void rootWithoutNamespacesRunsPostgresAsAnUnprivilegedUser(@TempDir Path temporary) throws Exception {
        assumeTrue(Launcher.userId() == 0, "needs root");
        // as Cache.ofUser makes it for this launcher: enter, but not list
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
        Path directory;
        try (Storage storage = Storage.open(null, line -> {}, Launcher.UNPRIVILEGED, new Cache(temporary))) {
            directory = storage.directory();
            Cluster root = storage.createRoot("br-root");
            Sql.run(root, "CREATE TABLE t AS SELECT 42 AS n");
            Cluster branch = storage.branch(root, "br-branch");
            assertThat(Sql.ask(branch, "SELECT n FROM t")).isEqualTo("42");
            ProcessHandle process = ProcessHandle.of(branch.process().pid()).orElseThrow();
            assertThat(process.info().user()).isNotEqualTo(java.util.Optional.of("root"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                    .isEqualTo("rwx------");
        }
        assertThat(directory).doesNotExist();

        Path data = temporary.resolve("data");
        try (Storage storage = Storage.open(data, line -> {}, Launcher.UNPRIVILEGED, new Cache(temporary))) {
            storage.createRoot("br-root");
        }
        try (Storage storage = Storage.open(data, line -> {}, Launcher.UNPRIVILEGED, new Cache(temporary))) {
            storage.clusters().get("br-root").start(java.time.Duration.ofSeconds(30));
        }
    }
}
