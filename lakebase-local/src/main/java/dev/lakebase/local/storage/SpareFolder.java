package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The system catalogs of one deleted cluster, for the next one to overwrite. A cluster is some 500 files, and file
 * systems are slow at creating many just after many were deleted (ext4 without a journal takes ten times as long for a
 * minute). Tables of users are not kept.
 */
final class SpareFolder {

    private enum State {
        EMPTY,
        BUSY,
        FULL
    }

    /** What initdb has made has numbers below 16384; users' relations, and catalogs once rewritten, have others. */
    private static final Pattern CATALOG = Pattern.compile("[0-9]{1,4}|1[0-5][0-9]{3}");

    /** Catalogs that have grown are few, and would keep room on the disk. */
    private static final long LARGEST = 256 * 1024;

    private final Path place;
    private final AtomicReference<State> state = new AtomicReference<>(State.EMPTY);

    SpareFolder(Path place) {
        this.place = place;
    }

    /** Takes over the folder of a stopped cluster; false if the caller has to delete it. */
    boolean keep(Path cluster) {
        if (!state.compareAndSet(State.EMPTY, State.BUSY)) {
            return false;
        }
        boolean kept = false;
        try {
            strip(cluster);
            kept = Folders.publish(cluster, place);
        } catch (IOException e) {
            // deleting it is as good
        } finally {
            state.set(kept ? State.FULL : State.EMPTY);
        }
        return kept;
    }

    /** Moves the spare folder to this name; false if there is none, and the caller has to create one. */
    boolean take(Path name) throws IOException {
        if (!state.compareAndSet(State.FULL, State.BUSY)) {
            return false;
        }
        boolean taken = false;
        try {
            taken = Folders.publish(place, name);
            return taken;
        } finally {
            state.set(taken ? State.EMPTY : State.FULL);
        }
    }

    /** Deletes it, and keeps no other from now on. */
    void discard() throws IOException {
        if (state.getAndSet(State.BUSY) == State.FULL) {
            Folders.delete(place);
        }
    }

    /** Leaves small catalogs, and nothing else. */
    private static void strip(Path cluster) throws IOException {
        Path data = cluster.resolve("pgdata");
        Path base = data.resolve("base");
        Path global = data.resolve("global");
        Path shared = data.resolve(FileCopy.TEMPLATE0);
        Files.walkFileTree(cluster, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                // a file that another cluster shares must never be written, whatever its name
                boolean reusable = (file.startsWith(base) || file.startsWith(global))
                        && !file.startsWith(shared)
                        && attributes.isRegularFile()
                        && attributes.size() <= LARGEST
                        && CATALOG.matcher(file.getFileName().toString()).matches()
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
                boolean above = base.startsWith(folder) || folder.equals(global);
                if (!above && (!folder.startsWith(base) || folder.equals(shared))) {
                    Files.delete(folder);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
