package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The system catalogs of a few deleted clusters, for the next ones to overwrite. A cluster is some 500 files, and file
 * systems are slow at creating many just after many were deleted (ext4 without a journal takes ten times as long for a
 * minute). Rows and databases of users are not kept. Thread-safe.
 */
final class SpareFolders {
    static final String PREFIX = ".spare-";

    /** Of 8 MB each: as many as tests that run at once delete before they create the next. */
    private static final int MOST = 4;

    /** What initdb has made has numbers below 16384; users' relations, and catalogs once rewritten, have others. */
    private static final Pattern CATALOG = Pattern.compile("[0-9]{1,4}|1[0-5][0-9]{3}");

    /** pg_largeobject, pg_statistic and pg_statistic_ext_data, with their TOAST: values out of users' tables. */
    private static final Set<String> DATA = Set.of("2613", "2619", "2840", "3429", "3430");

    /** Catalogs that have grown are few, and would keep room on the disk. */
    private static final long LARGEST = 256 * 1024;

    private final Queue<Path> free = new ConcurrentLinkedQueue<>();
    private final Queue<Path> kept = new ConcurrentLinkedQueue<>();

    /** @param folder of the clusters */
    SpareFolders(Path folder) {
        for (int i = 0; i < MOST; i++) {
            free.add(folder.resolve(PREFIX + i));
        }
    }

    /** Takes over the folder of a stopped cluster; false if the caller has to delete it. */
    boolean keep(Path cluster) {
        Path place = free.poll();
        if (place == null) {
            return false;
        }
        try {
            strip(cluster);
            Files.move(cluster, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            free.add(place);
            return false; // deleting it is as good
        }
        kept.add(place);
        return true;
    }

    /** Makes a folder of this name: of a spare one, or else empty. */
    void takeOrCreate(Path name) throws IOException {
        for (Path spare = kept.poll(); spare != null; spare = kept.poll()) {
            try {
                Files.move(spare, name, StandardCopyOption.ATOMIC_MOVE);
                free.add(spare);
                return;
            } catch (IOException e) {
                if (Files.exists(spare, LinkOption.NOFOLLOW_LINKS)) {
                    kept.add(spare);
                    throw e;
                }
                free.add(spare); // somebody has tidied up
            }
        }
        Folders.create(name);
    }

    /** Deletes them, and keeps no others from now on. */
    void discard() throws IOException {
        free.clear();
        for (Path spare = kept.poll(); spare != null; spare = kept.poll()) {
            Folders.delete(spare);
        }
    }

    /** Leaves small catalogs of the databases that every cluster is born with, and nothing else. */
    private static void strip(Path cluster) throws IOException {
        Path data = cluster.resolve("pgdata");
        Set<Path> fixed = Set.of(data.resolve("global"), data.resolve("base/1"), data.resolve("base/5"));
        Files.walkFileTree(cluster, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                // a file that another cluster shares must never be written, whatever its name
                String name = file.getFileName().toString();
                boolean reusable = fixed.contains(file.getParent())
                        && attributes.isRegularFile()
                        && attributes.size() <= LARGEST
                        && CATALOG.matcher(name).matches()
                        && !DATA.contains(name)
                        && Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS)
                                .equals(1);
                if (!reusable) {
                    Files.delete(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                if (fixed.stream().noneMatch(stays -> stays.startsWith(folder))) {
                    Files.delete(folder);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
