package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A temporary folder of one Storage: sockets always, data where no data folder was named. */
final class RunFolder implements AutoCloseable {

    /** Short, because a socket's whole path must fit into some 104 bytes. */
    private static final String PREFIX = "lakebase-local-run-";

    private static final String UNFINISHED = ".lakebase-local-run-";

    /** sun_path holds 104 bytes on macOS, 108 on Linux; the rest is for "/s/.s.PGSQL.65535". */
    private static final int LONGEST_FOLDER = 104 - 1 - 17;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;
    private final FolderLock lock;

    private RunFolder(Path path, FolderLock lock) {
        this.path = path;
        this.lock = lock;
    }

    static RunFolder create(Launcher launcher) throws IOException {
        byte[] random = new byte[6];
        RANDOM.nextBytes(random);
        String suffix = HexFormat.of().formatHex(random);
        Path base = base(suffix.length());
        // locked before it has its name, so that nobody takes it for a leftover
        Path unfinished = Folders.create(base.resolve(UNFINISHED + suffix));
        FolderLock lock = FolderLock.tryLock(unfinished);
        if (lock == null) {
            throw new IOException(unfinished + " is new and yet locked");
        }
        Path path = base.resolve(PREFIX + suffix);
        lock.claim(path);
        Folders.publish(unfinished, path);
        launcher.own(Folders.create(path.resolve("s")));
        launcher.own(path);
        return new RunFolder(path, lock);
    }

    private static Path base(int suffixLength) throws IOException {
        Path configured = Path.of(System.getProperty("java.io.tmpdir")).toRealPath();
        int length = configured.resolve(PREFIX).toString().getBytes(StandardCharsets.UTF_8).length + suffixLength;
        return length <= LONGEST_FOLDER ? configured : Path.of("/tmp").toRealPath();
    }

    Path path() {
        return path;
    }

    Path sockets() {
        return path.resolve("s");
    }

    /** Ends the servers and removes the folders of JVMs that were killed before they could do so. */
    static void removeLeftovers(Consumer<String> progress) throws IOException {
        Path base = base(12);
        try (Stream<Path> files = Files.list(base)) {
            for (Path folder : files.toList()) {
                if (folder.getFileName().toString().startsWith(PREFIX)
                        && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                        && isOurs(folder)) {
                    removeIfDead(folder, progress);
                }
            }
        }
    }

    private static boolean isOurs(Path folder) {
        try {
            return Folders.isOurs(folder);
        } catch (IOException e) {
            return false; // gone meanwhile
        }
    }

    private static void removeIfDead(Path folder, Consumer<String> progress) {
        try (FolderLock lock = tryLock(folder)) {
            if (lock != null) {
                progress.accept("Removing " + folder + ", left by a process that was killed");
                Orphans.end(folder);
                Folders.delete(folder);
            }
        } catch (IOException e) {
            progress.accept(
                    folder + " is left by a process that was killed, and could not be removed: " + e.getMessage());
        }
    }

    private static @Nullable FolderLock tryLock(Path folder) throws IOException {
        try {
            return FolderLock.tryLock(folder);
        } catch (NoSuchFileException e) {
            return null; // its owner has just removed it
        }
    }

    @Override
    public void close() throws IOException {
        try {
            Folders.delete(path);
        } finally {
            lock.close();
        }
    }
}
