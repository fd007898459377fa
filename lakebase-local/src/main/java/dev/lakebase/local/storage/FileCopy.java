package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Copies the files of a cluster, which may change or vanish meanwhile: what vanishes is left out.
 *
 * <p>A cluster is hundreds of small files, and creating a file costs more than filling it. So two threads share the
 * work, folder by folder, because creations in one folder exclude each other; and the files of {@code template0}, or
 * those that another copy has already, are not copied but linked.
 */
final class FileCopy {

    /**
     * The folder of {@code template0}, by its fixed number. It accepts no connections and all its rows are frozen:
     * nothing ever writes into its files, so that all clusters can share them.
     */
    static final Path TEMPLATE0 = Path.of("base", "4");

    /** From here on a copy takes longer than to ask for none. */
    private static final long BIG = 1 << 20;

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final Set<StandardOpenOption> READ = Set.of(StandardOpenOption.READ);
    private static final Set<StandardOpenOption> WRITE = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);

    private FileCopy() {}

    /**
     * Copies the cluster in {@code from} into the existing folder {@code to}: what is wanted, by its path relative to
     * {@code from}. What else {@code to} holds, one of {@link SpareFolders} perhaps, is removed. The two share the files of
     * {@code template0}.
     */
    static void copyCluster(Path from, Path to, Predicate<Path> wanted) throws IOException {
        copy(from, to, wanted, file -> shared(file, from, to, null));
    }

    /**
     * As {@link #copyCluster}, of a cluster that had much in common with {@code like}, a copy that nobody ever writes into
     * again: what is still the same is shared with that.
     */
    static void copyLike(Path like, Path from, Path to, Predicate<Path> wanted) throws IOException {
        copy(from, to, wanted, file -> shared(file, from, to, like));
    }

    /**
     * As {@link #copyCluster}, of a template that shall share nothing, for its files belong to another user perhaps. The
     * files of {@code template0} are shared with {@code sibling}, where it has the same, and still is; null for none.
     */
    static void copyTemplate(Path from, Path to, @Nullable Path sibling) throws IOException {
        copy(
                from,
                to,
                file -> true,
                file -> sibling != null && file.startsWith(TEMPLATE0) && linkedIfSame(file, from, to, sibling));
    }

    /** As {@link #copyCluster}, sharing nothing. */
    static void copyApart(Path from, Path to, Predicate<Path> wanted) throws IOException {
        copy(from, to, wanted, file -> false);
    }

    /** @param share links a file, by its relative path, to one of the same content; false if it is to be copied */
    private static void copy(Path from, Path to, Predicate<Path> wanted, Predicate<Path> share) throws IOException {
        Map<Path, List<Path>> found = prepare(from, to, wanted);
        removeOthers(found, from, to);
        shareBlocks(found.values(), from, to);
        Queue<List<Path>> folders = new ConcurrentLinkedQueue<>(found.values());
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Runnable worker = () -> {
            try {
                for (List<Path> files = folders.poll(); files != null; files = folders.poll()) {
                    copyFiles(files, from, to, share);
                }
            } catch (IOException | RuntimeException | Error e) {
                folders.clear();
                failure.compareAndSet(null, e);
            }
        };
        Thread second = new Thread(worker, "lakebase-local-copy");
        second.setDaemon(true);
        second.start();
        worker.run();
        joinUninterruptibly(second);
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new IOException("copying " + from + " to " + to + " failed: " + thrown.getMessage(), thrown);
        }
    }

    /** Where the file system offers it, big files take no time, and no room until they change. */
    private static void shareBlocks(Collection<List<Path>> found, Path from, Path to) throws IOException {
        if (!Reflink.isOffered(from, to)) {
            return;
        }
        List<Path> big = new ArrayList<>();
        for (List<Path> files : found) {
            for (Path file : files) {
                if (Files.exists(file) && Files.size(file) >= BIG) {
                    big.add(from.relativize(file));
                }
            }
        }
        if (Reflink.copy(from, to, big)) {
            Set<Path> done = new HashSet<>(big);
            found.forEach(files -> files.removeIf(file -> done.contains(from.relativize(file))));
        }
    }

    /** Makes the folders, and returns the files of each. */
    private static Map<Path, List<Path>> prepare(Path from, Path to, Predicate<Path> wanted) throws IOException {
        Map<Path, List<Path>> found = new LinkedHashMap<>();
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (!folder.equals(from)) {
                    Path relative = from.relativize(folder);
                    if (!wanted.test(relative)) {
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    Folders.createIfMissing(to.resolve(relative));
                }
                found.put(folder, new ArrayList<>());
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                List<Path> siblings = found.get(file.getParent());
                if (siblings != null && attributes.isRegularFile() && wanted.test(from.relativize(file))) {
                    siblings.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                return unlessVanished(failure);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                return failure == null ? FileVisitResult.CONTINUE : unlessVanished(failure);
            }
        });
        return found;
    }

    /** Goes by what was found, even if it has vanished since. */
    private static void removeOthers(Map<Path, List<Path>> found, Path from, Path to) throws IOException {
        Set<Path> expected = new HashSet<>();
        found.forEach((folder, files) -> {
            expected.add(to.resolve(from.relativize(folder)));
            files.forEach(file -> expected.add(to.resolve(from.relativize(file))));
        });
        List<Path> present;
        try (Stream<Path> files = Files.walk(to)) {
            present = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : present) {
            if (!expected.contains(file)) {
                Files.delete(file);
            }
        }
    }

    private static FileVisitResult unlessVanished(IOException failure) throws IOException {
        if (failure instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw failure;
    }

    private static void copyFiles(List<Path> files, Path from, Path to, Predicate<Path> share) throws IOException {
        for (Path file : files) {
            Path relative = from.relativize(file);
            if (!share.test(relative)) {
                copyFile(file, to.resolve(relative));
            }
        }
    }

    private static boolean shared(Path relative, Path from, Path to, @Nullable Path like) {
        Path file = from.resolve(relative);
        if (relative.startsWith(TEMPLATE0)) {
            return link(file, to.resolve(relative));
        }
        return like != null && linkedIfSame(relative, from, to, like);
    }

    private static boolean linkedIfSame(Path relative, Path from, Path to, Path like) {
        return isSame(from.resolve(relative), like.resolve(relative))
                && link(like.resolve(relative), to.resolve(relative));
    }

    private static boolean isSame(Path file, Path other) {
        try {
            return Files.mismatch(file, other) < 0;
        } catch (IOException e) {
            return false; // one of them is not there, or no longer
        }
    }

    private static boolean link(Path from, Path to) {
        try {
            Files.createLink(to, from);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false; // another file system, or too many links: a copy does as well
        }
    }

    /** Copies what is there now; a file that has vanished is left out. */
    static void copyFile(Path from, Path to) throws IOException {
        try (FileChannel source = openIfExists(from)) {
            if (source == null) {
                Files.deleteIfExists(to);
                return;
            }
            try (FileChannel target = FileChannel.open(to, WRITE, PRIVATE_FILE)) {
                long size = source.size();
                long position = 0;
                while (position < size) {
                    long moved = source.transferTo(position, size - position, target);
                    if (moved <= 0) {
                        break; // truncated meanwhile
                    }
                    position += moved;
                }
                // not at first, to nothing: ext4 takes that for a safe replacement and writes to disk at once
                if (target.size() > position) {
                    target.truncate(position);
                }
            }
        }
    }

    /** Of all files below the folder; what vanishes meanwhile does not count. */
    static long size(Path folder) throws IOException {
        long[] sum = {0};
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                sum[0] += attributes.size();
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                return unlessVanished(failure);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                return failure == null ? FileVisitResult.CONTINUE : unlessVanished(failure);
            }
        });
        return sum[0];
    }

    private static @Nullable FileChannel openIfExists(Path file) throws IOException {
        try {
            return FileChannel.open(file, READ);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** The other thread ends soon, and must have ended before the caller cleans up behind it. */
    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
