package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * A backup of a cluster that its branches begin with: the files, a {@code backup_label}, and the log of the time of the
 * copy.
 *
 * @param folder holds {@code pgdata} and the file that says the rest
 * @param start the first byte of log that a recovery reads
 * @param stop where the copy is whole: the earliest position that can be restored from it
 * @param timeline of the log
 * @param time when it was whole: the earliest time that can be restored from it
 */
record Base(Path folder, Lsn start, Lsn stop, int timeline, Instant time) {
    private static final String FILE = "base";

    Path data() {
        return folder.resolve("pgdata");
    }

    /** Written last: a folder without it is unfinished. */
    void save() throws IOException {
        Files.writeString(
                folder.resolve(FILE),
                String.join("\n", start.toString(), stop.toString(), "" + timeline, time.toString()));
    }

    static Base load(Path folder) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve(FILE));
        return new Base(
                folder,
                Lsn.parse(lines.get(0)),
                Lsn.parse(lines.get(1)),
                Integer.parseInt(lines.get(2)),
                Instant.parse(lines.get(3)));
    }

    Base at(Path newFolder) {
        return new Base(newFolder, start, stop, timeline, time);
    }
}
