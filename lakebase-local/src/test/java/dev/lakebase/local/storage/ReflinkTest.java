package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everywhere: on a file system that shares blocks, the same files arrive by another way. */
class ReflinkTest {
    @TempDir
    private Path folder;

    @Test
    void bigAndSmallFilesArriveWholeAndApart() throws Exception {
        Path from = Files.createDirectories(folder.resolve("from/base/5"));
        byte[] big = new byte[3 << 20];
        big[2 << 20] = 7;
        Files.write(from.resolve("big"), big);
        Files.write(from.resolve("small"), new byte[] {1, 2, 3});
        Path to = Files.createDirectory(folder.resolve("to"));

        FileCopy.copyCluster(folder.resolve("from"), to, file -> true);

        assertThat(to.resolve("base/5/big")).hasBinaryContent(big);
        assertThat(to.resolve("base/5/small")).hasBinaryContent(new byte[] {1, 2, 3});
        Files.write(to.resolve("base/5/big"), new byte[] {9});
        assertThat(from.resolve("big")).hasBinaryContent(big);
    }

    @Test
    void fileThatVanishedIsNoCopy() throws Exception {
        Path from = Files.createDirectory(folder.resolve("from"));
        Path to = Files.createDirectory(folder.resolve("to"));
        assertThat(Reflink.copy(from, to, List.of(Path.of("gone")))).isFalse();
    }
}
