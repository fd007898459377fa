package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says that a live JVM uses a folder. The operating system drops the lock when the JVM ends, however it ends.
 *
 * <p>On POSIX systems closing <em>any</em> descriptor of a locked file drops the JVM's lock. So a JVM must never open a
 * lock file that it holds itself, from whatever class loader: a system property per folder says so.
 */
final class FolderLock implements AutoCloseable {

    private static final String FILE = "lock";

    private final Set<String> properties;
    private final FileChannel channel;

    private FolderLock(String property, FileChannel channel) {
        this.properties = new HashSet<>(Set.of(property));
        this.channel = channel;
    }

    private static String property(Path realPath) {
        return "dev.lakebase.local.lock:" + realPath;
    }

    /** Null if a live JVM, this one or another, holds it. Does not block. */
    static @Nullable FolderLock tryLock(Path folder) throws IOException {
        String property = property(folder.toRealPath());
        if (System.getProperties().putIfAbsent(property, "held") != null) {
            return null;
        }
        FileChannel channel = null;
        boolean locked = false;
        try {
            Path file = folder.resolve(FILE);
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            FileLock lock = channel.tryLock();
            locked = lock != null;
            return locked ? new FolderLock(property, channel) : null;
        } catch (OverlappingFileLockException e) {
            return null;
        } finally {
            if (!locked) {
                if (channel != null) {
                    channel.close();
                }
                System.getProperties().remove(property);
            }
        }
    }

    /** Call before the folder is renamed to this real path: the lock itself belongs to the file, not to the name. */
    void claim(Path futureName) {
        String property = property(futureName);
        properties.add(property);
        System.getProperties().put(property, "held");
    }

    @Override
    public void close() throws IOException {
        channel.close();
        properties.forEach(System.getProperties()::remove);
    }

    /**
     * Of a data folder, created if missing.
     *
     * @throws StorageException if another live JVM uses it
     */
    static FolderLock ofData(Path dataDirectory) throws IOException {
        Folders.createOrVerify(dataDirectory);
        FolderLock lock = tryLock(dataDirectory);
        if (lock == null) {
            throw new StorageException("The data folder " + dataDirectory + " is in use by another running Lakebase"
                    + " Local. Stop that one, or choose another data folder.");
        }
        return lock;
    }
}
