package dev.lakebase.local.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Folders that only their owner may enter. */
final class Folders {

    static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(OWNER_ONLY);

    private Folders() {}

    static Path create(Path folder) throws IOException {
        return Files.createDirectory(folder, PRIVATE);
    }

    static Path createIfMissing(Path folder) throws IOException {
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) ? folder : create(folder);
    }

    static Path createTemporary(Path parent, String prefix) throws IOException {
        return Files.createTempDirectory(parent, prefix, PRIVATE);
    }

    /** Makes the folder and those above it where missing; one that exists must be ours and closed to others. */
    static Path createOrVerify(Path folder) throws IOException {
        Path parent = folder.getParent();
        if (parent != null) {
            Files.createDirectories(parent, PRIVATE);
        }
        try {
            return create(folder);
        } catch (FileAlreadyExistsException e) {
            requirePrivate(folder);
            return folder;
        }
    }

    private static void requirePrivate(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new StorageException(folder + " is not a folder. Remove it, or choose another place.");
        }
        if (!isOurs(folder)) {
            throw new StorageException(folder + " belongs to " + Files.getOwner(folder)
                    + ", not to this process's user. Choose a folder of your own.");
        }
        if (!Files.getPosixFilePermissions(folder).equals(OWNER_ONLY)) {
            Files.setPosixFilePermissions(folder, OWNER_ONLY);
        }
    }

    /** Whether this process's user, or the one it runs PostgreSQL as, owns the file; links are not followed. */
    static boolean isOurs(Path file) throws IOException {
        return Launcher.isOurs((Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    }

    /** Moves a finished folder to its name in one step; false if another process was first. */
    static boolean publish(Path finished, Path name) throws IOException {
        try {
            Files.move(finished, name, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            if (Files.isDirectory(name)) {
                return false;
            }
            throw e;
        }
    }

    /** Removes the folder and all in it, whatever else removes files there meanwhile. A missing folder is success. */
    static void delete(@Nullable Path folder) throws IOException {
        if (folder == null) {
            return;
        }
        IOException failure = null;
        // a process that ends may still create a file between our listing and our rmdir
        for (int attempt = 0; attempt < 5; attempt++) {
            try {
                if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                    return;
                }
                Files.walkFileTree(folder, REMOVER);
                return;
            } catch (IOException e) {
                failure = e;
            } catch (UncheckedIOException e) {
                failure = e.getCause();
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static final FileVisitor<Path> REMOVER = new SimpleFileVisitor<>() {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    };
}
