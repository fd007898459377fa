package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the control plane knows, in one file that is replaced as a whole: a process that is killed leaves the old state or
 * the new one. Thread-safe.
 *
 * <p>Nobody marks what has changed: {@link #save} is called before a mutation is answered and before an operation is
 * done, takes the state, and writes it if it is another than the last. What is in it: {@link SavedTree}.
 */
final class StateFile {
    private final @Nullable Path file;
    private final ReentrantLock lock = new ReentrantLock();
    private byte[] last = {};

    /** @param file null for a run that leaves nothing behind, and so saves nothing */
    StateFile(@Nullable Path file) {
        this.file = file;
    }

    /** Null if nothing was ever saved. */
    @Nullable
    ObjectNode read() {
        if (file == null) {
            return null;
        }
        try {
            return Json.parse(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw unreadable(e.getMessage(), e);
        } catch (ApiException e) {
            throw unreadable(e.getMessage(), e);
        }
    }

    /** The folder is refused as it is, for what is not in the file would be removed as a remainder. */
    IllegalStateException unreadable(@Nullable String why, @Nullable Exception cause) {
        return new IllegalStateException(
                file + " can't be used: " + why + ". It says which branches the data folder holds: restore"
                        + " it, or choose another data folder.",
                cause);
    }

    /** Returns when the state, as it is now or later, is in the file. */
    void save(Supplier<ObjectNode> state) {
        if (file == null) {
            return;
        }
        lock.lock();
        try {
            byte[] now = Json.bytes(state.get());
            if (!Arrays.equals(now, last)) {
                replace(file, now);
                last = now;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the state could not be written to " + file + ": " + e.getMessage() + ". Is there room?", e);
        } finally {
            lock.unlock();
        }
    }

    private static void replace(Path file, byte[] content) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.deleteIfExists(next);
        Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(next, content, StandardOpenOption.WRITE);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
