package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/** A freshly initialised cluster, shut down, kept in the user's cache: a new root is a copy of it. */
record ClusterTemplate(Path folder) {

    /** Changes when {@link #initialise} makes something else of the same settings. */
    private static final String FORMAT = "2";

    /** Blocks for about a second on the first run with these binaries and settings. */
    static ClusterTemplate prepare(
            Cache cache, PostgresBinaries binaries, Launcher launcher, Consumer<String> progress) {
        String options = PostgresSettings.initdbOptions(binaries.majorVersion());
        String conf = PostgresSettings.postgresqlConf(binaries.majorVersion());
        String name = "template-" + binaries.key() + "-"
                + fingerprint(FORMAT, options, conf, PostgresSettings.firstCommands());
        try {
            return new ClusterTemplate(cache.get(
                    name,
                    () -> "Preparing the first database cluster (first run only)",
                    folder -> initialise(folder, binaries, launcher, options, conf),
                    progress));
        } catch (IOException e) {
            throw new StorageException(
                    "The first database cluster could not be prepared in " + cache.folder() + ": " + e.getMessage(), e);
        }
    }

    private static void initialise(
            Path folder, PostgresBinaries binaries, Launcher launcher, String options, String conf) throws IOException {
        // beside the folder and named like it, so that it is swept too if this JVM is killed
        Path work = Folders.create(folder.resolveSibling(folder.getFileName() + "-init"));
        try {
            Path data = Folders.create(work.resolve("pgdata"));
            launcher.ownForInitdb(work);
            List<String> initdb = new ArrayList<>(List.of(binaries.program("initdb"), "-D", data.toString()));
            initdb.addAll(List.of(options.split(" ")));
            Programs.run(launcher.initdbBuilder(initdb), "");
            Files.writeString(data.resolve("postgresql.conf"), conf);
            Files.writeString(data.resolve("pg_hba.conf"), PostgresSettings.PG_HBA);
            Programs.run(
                    launcher.initdbBuilder(List.of(
                            binaries.program("postgres"), "--single", "-D", data.toString(), "-j", "template1")),
                    PostgresSettings.firstCommands().replace("\n", "\n\n"));
            launcher.disown(work);
            FileCopy.copyApart(data, folder, file -> !isDerived(file));
        } finally {
            Folders.delete(work);
        }
    }

    /**
     * Free-space and visibility maps: a quarter of all files, which PostgreSQL does without until it has vacuumed. What
     * a branch costs is mostly the number of its files.
     */
    private static boolean isDerived(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith("_fsm") || name.endsWith("_vm");
    }

    private static String fingerprint(String... parts) {
        CRC32 sum = new CRC32();
        for (String part : parts) {
            sum.update(part.getBytes(StandardCharsets.UTF_8));
        }
        return Long.toHexString(sum.getValue());
    }
}
