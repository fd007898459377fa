package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Copies that share the original's blocks until one of the two is written, where the file system has such: XFS, Btrfs.
 * The JDK has no word for it before 20, so {@code cp} of the GNU core utilities does it.
 */
final class Reflink {
    /** Others are not asked: the answer would cost a process. */
    private static final Set<String> FILE_SYSTEMS = Set.of("xfs", "btrfs", "bcachefs", "ocfs2");

    /** A process has room for some hundred thousand bytes of arguments everywhere. */
    private static final int FILES_AT_ONCE = 500;

    private static final Map<FileStore, Boolean> OFFERED = new ConcurrentHashMap<>();

    private Reflink() {}

    /** Whether files of the one folder can be copied so into the other. Tried once per file system. */
    static boolean isOffered(Path from, Path to) throws IOException {
        FileStore store = Files.getFileStore(to);
        return FILE_SYSTEMS.contains(store.type())
                && store.equals(Files.getFileStore(from))
                && OFFERED.computeIfAbsent(store, unknown -> works(to));
    }

    private static boolean works(Path folder) {
        try {
            Path probe = Files.createTempFile(folder, "reflink", null);
            try {
                Files.write(probe, new byte[1 << 16]);
                Path copies = Files.createTempDirectory(folder, "reflink");
                try {
                    return copy(folder, copies, List.of(folder.relativize(probe)));
                } finally {
                    Folders.delete(copies);
                }
            } finally {
                Files.delete(probe);
            }
        } catch (IOException e) {
            return false;
        }
    }

    /** False if not all were copied: then any of them may be missing or empty. */
    static boolean copy(Path from, Path to, List<Path> relative) {
        for (int first = 0; first < relative.size(); first += FILES_AT_ONCE) {
            List<String> command = new ArrayList<>(List.of("cp", "--parents", "--reflink=always", "--"));
            relative.subList(first, Math.min(first + FILES_AT_ONCE, relative.size()))
                    .forEach(file -> command.add(file.toString()));
            command.add(to.toString());
            try {
                Programs.run(new ProcessBuilder(command).directory(from.toFile()), "");
            } catch (IOException e) {
                return false; // something vanished, or there is no such cp
            }
        }
        return true;
    }
}
