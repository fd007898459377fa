package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A user's cache of things that take seconds to make. Safe under several threads and several JVMs: one of them makes a
 * thing, the others wait for it.
 */
final class Cache {

    /** Unpacking takes 2 to 10 s, and it is done once; whoever waits longer than this waits for a hanging JVM. */
    private static final long WAIT_SECONDS = 180;

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** File locks belong to the JVM as a whole, so its own threads need this one first. */
    private static final ReentrantLock WITHIN_JVM = new ReentrantLock();

    private static final String UNFINISHED = ".unfinished-";

    private final Path folder;

    Cache(Path folder) {
        this.folder = folder;
    }

    @FunctionalInterface
    interface Maker {
        void make(Path folder) throws IOException;
    }

    Path folder() {
        return folder;
    }

    /** {@code $XDG_CACHE_HOME}, else the home folder, else (containers without a home) the temporary folder. */
    static Cache ofUser(Launcher launcher, Map<String, String> environment) {
        if (launcher.needsSharedBinaries()) {
            return verified(temporary(), true);
        }
        Path home = userFolder(environment);
        if (home != null) {
            try {
                return verified(home, false);
            } catch (StorageException e) {
                // a read-only or missing home: see below
            }
        }
        return verified(temporary(), false);
    }

    private static Path temporary() {
        return Path.of(System.getProperty("java.io.tmpdir"), "lakebase-local-cache-" + Launcher.userId());
    }

    private static @Nullable Path userFolder(Map<String, String> environment) {
        String xdg = environment.get("XDG_CACHE_HOME");
        if (xdg != null && xdg.startsWith("/")) {
            return Path.of(xdg, "lakebase-local");
        }
        String home = System.getProperty("user.home");
        if (home == null || !home.startsWith("/") || home.equals("/")) {
            return null;
        }
        boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
        return Path.of(home, mac ? "Library/Caches/lakebase-local" : ".cache/lakebase-local");
    }

    private static Cache verified(Path folder, boolean shared) {
        try {
            Folders.createOrVerify(folder);
            if (shared) {
                // enter, but not list: the way to PostgreSQL's programs, which are no secret
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
            }
            if (!Files.isWritable(folder)) {
                throw new IOException("it is not writable");
            }
            return new Cache(folder);
        } catch (IOException e) {
            throw new StorageException(
                    "The cache " + folder + " can not be used: " + e.getMessage()
                            + ". Set XDG_CACHE_HOME to a folder of your own.",
                    e);
        }
    }

    /** The folder of that name; made first if it is missing. */
    Path get(String name, Supplier<String> announcement, Maker maker, Consumer<String> progress) throws IOException {
        Path wanted = folder.resolve(name);
        if (Files.isDirectory(wanted)) {
            return wanted;
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        lockWithinJvm();
        try (FileChannel channel =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock(channel, deadline); // until the channel is closed
            if (!Files.isDirectory(wanted)) {
                removeUnfinished();
                long started = System.nanoTime();
                progress.accept(announcement.get());
                make(wanted, maker);
                progress.accept(String.format(Locale.ROOT, "... done in %.1f s", (System.nanoTime() - started) / 1e9));
            }
            return wanted;
        } finally {
            WITHIN_JVM.unlock();
        }
    }

    private void make(Path wanted, Maker maker) throws IOException {
        Path unfinished = Folders.createTemporary(folder, UNFINISHED);
        try {
            maker.make(unfinished);
            Folders.publish(unfinished, wanted);
        } finally {
            Folders.delete(unfinished);
        }
    }

    /** Called under the lock: what a killed JVM left. */
    private void removeUnfinished() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().startsWith(UNFINISHED)) {
                    Folders.delete(file);
                }
            }
        }
    }

    private static void lockWithinJvm() {
        try {
            if (!WITHIN_JVM.tryLock(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new StorageException("Another thread has been preparing PostgreSQL for " + WAIT_SECONDS + " s.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("Interrupted while another thread prepares PostgreSQL.", e);
        }
    }

    private void lock(FileChannel channel, long deadline) throws IOException {
        while (true) {
            try {
                if (channel.tryLock() != null) {
                    return;
                }
            } catch (OverlappingFileLockException e) {
                // held within this JVM, by a copy of this class of another class loader
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("another process has held " + folder.resolve("lock") + " for " + WAIT_SECONDS
                        + " s; end it and try again");
            }
            LockSupport.parkNanos(POLL_NANOS);
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while another process prepares PostgreSQL");
            }
        }
    }
}
