package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpareFoldersTest {
    @TempDir
    private Path folder;

    private SpareFolders spares;

    @BeforeEach
    void open() {
        spares = new SpareFolders(folder);
    }

    private Path cluster(String name) throws IOException {
        Path database = Files.createDirectories(folder.resolve(name).resolve("pgdata/base/5"));
        Files.createDirectories(folder.resolve(name).resolve("pgdata/global"));
        Files.createFile(database.resolve("1259"));
        return folder.resolve(name);
    }

    @Test
    void aFewAreKeptAndEachIsTakenOnce() throws Exception {
        List<Path> kept = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            kept.add(cluster("deleted-" + i));
            assertThat(spares.keep(kept.get(i))).isTrue();
        }
        Path oneTooMany = cluster("one-too-many");
        assertThat(spares.keep(oneTooMany)).isFalse();

        for (int i = 0; i < 4; i++) {
            spares.takeOrCreate(folder.resolve("next-" + i));
            assertThat(folder.resolve("next-" + i + "/pgdata/base/5/1259")).exists();
        }
        assertThat(kept).noneMatch(Files::exists);
        spares.takeOrCreate(folder.resolve("none-left"));
        assertThat(folder.resolve("none-left")).isEmptyDirectory();
        assertThat(spares.keep(oneTooMany)).as("there is room again").isTrue();
    }

    @Test
    void nameInUseLeavesTheSpareForTheNext() throws Exception {
        spares.keep(cluster("deleted"));
        assertThatThrownBy(() -> spares.takeOrCreate(cluster("in-use"))).isInstanceOf(IOException.class);
        spares.takeOrCreate(folder.resolve("next"));
        assertThat(folder.resolve("next/pgdata/base/5/1259")).exists();
    }

    @Test
    void spareThatVanishedIsForgotten() throws Exception {
        for (int i = 0; i < 4; i++) {
            spares.keep(cluster("deleted-" + i));
        }
        Folders.delete(folder.resolve(SpareFolders.PREFIX + 0));
        spares.takeOrCreate(folder.resolve("next"));
        assertThat(folder.resolve("next/pgdata/base/5/1259")).exists();

        for (int i = 1; i < 4; i++) {
            Folders.delete(folder.resolve(SpareFolders.PREFIX + i));
        }
        spares.takeOrCreate(folder.resolve("fresh"));
        assertThat(folder.resolve("fresh")).isEmptyDirectory();
        for (int i = 0; i < 4; i++) {
            assertThat(spares.keep(cluster("later-" + i))).as("room for %d", i).isTrue();
        }
    }

    @Test
    void discardedOnesAreGoneAndNoMoreAreKept() throws Exception {
        Path deleted = cluster("deleted");
        spares.keep(deleted);
        spares.discard();
        assertThat(folder).isEmptyDirectory();
        assertThat(spares.keep(cluster("late"))).isFalse();
    }
}
