package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What an earlier run left in the data folder: its clusters, and the remains of what it had not finished. */
final class EarlierRun {
    private EarlierRun() {}

    /** Removes the remains, and returns the uids of the clusters. */
    static List<String> clustersIn(Path folders, int postgresVersion) throws IOException {
        Orphans.end(folders);
        List<Path> found;
        try (Stream<Path> files = Files.list(folders)) {
            found = files.sorted().toList();
        }
        List<String> uids = new ArrayList<>();
        for (Path folder : found) {
            String name = folder.getFileName().toString();
            if (name.startsWith(Standby.PREFIX) && Files.exists(folder.resolve(Cluster.UID_FILE))) {
                name = Files.readString(folder.resolve(Cluster.UID_FILE));
                folder = Files.move(folder, folders.resolve(name));
            }
            if (name.startsWith(".")) {
                Folders.delete(folder);
            } else if (Files.isRegularFile(folder.resolve("pgdata/PG_VERSION"))) {
                requireSameVersion(folder, postgresVersion);
                uids.add(name);
            }
        }
        return uids;
    }

    private static void requireSameVersion(Path folder, int postgresVersion) throws IOException {
        String version = Files.readString(folder.resolve("pgdata/PG_VERSION")).strip();
        if (!version.equals(Integer.toString(postgresVersion))) {
            throw new StorageException(folder + " was made by PostgreSQL " + version + ", and PostgreSQL "
                    + postgresVersion + " is on the class path. Use the binaries of version " + version
                    + ", or another data folder.");
        }
    }
}
