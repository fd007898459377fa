package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCopyTest {
    @TempDir
    private Path folder;

    @Test
    void databaseThatIsDroppedDuringTheCopyIsLeftOut() throws Exception {
        Path dropped = Path.of("base/16390/1259");
        Path from = folder.resolve("from");
        Path to = folder.resolve("to");
        for (Path cluster : new Path[] {from, to}) {
            Files.createDirectories(cluster.resolve(dropped).getParent());
            Files.writeString(cluster.resolve(dropped), "a row of " + cluster.getFileName());
        }
        Files.createDirectories(from.resolve("base/5"));
        Files.writeString(from.resolve("base/5/1259"), "kept");

        FileCopy.copyCluster(from, to, file -> {
            if (file.equals(dropped)) {
                delete(from.resolve("base/16390")); // found, and gone before it is copied
            }
            return true;
        });

        assertThat(to.resolve("base/5/1259")).hasContent("kept");
        assertThat(to.resolve(dropped)).doesNotExist();
    }

    private static void delete(Path database) {
        try {
            Folders.delete(database);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
