package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * The files of the write-ahead log. PostgreSQL writes each once, from its beginning to its end, and never again
 * ({@code wal_recycle = off}); so whoever needs one shares it by a link. One that is still being written grows for both:
 * recovery stops at its target, wherever the file ends.
 */
final class WalFiles {
    private WalFiles() {}

    static Path folder(Path data) {
        return data.resolve("pg_wal");
    }

    /** Gives {@code to} the log from the first to the last position, and the histories of timelines. */
    static void link(Path from, Path to, int timeline, Lsn first, Lsn last) throws IOException {
        String firstFile = WalReader.fileName(timeline, first);
        // a position at the end of a file is in that file: the next may not be there yet
        String lastFile = WalReader.fileName(timeline, new Lsn(last.value() - 1));
        boolean found = false;
        try (Stream<Path> files = Files.list(folder(from))) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                boolean segment = name.length() == firstFile.length() && !name.contains(".");
                if (name.endsWith(".history")
                        || (segment && name.compareTo(firstFile) >= 0 && name.compareTo(lastFile) <= 0)) {
                    link(file, folder(to).resolve(name));
                    found |= name.equals(lastFile);
                }
            }
        }
        if (!found) {
            throw new NoSuchFileException("no write-ahead log " + lastFile + " in " + folder(from));
        }
    }

    /** As {@link #link}, but nothing behind the last position: what is being written now is copied up to there. */
    static void linkUpTo(Path from, Path to, int timeline, Lsn first, Lsn last) throws IOException {
        for (long at = first.value() / WalReader.SEGMENT * WalReader.SEGMENT;
                at < last.value();
                at += WalReader.SEGMENT) {
            String name = WalReader.fileName(timeline, new Lsn(at));
            Path file = folder(from).resolve(name);
            Path wanted = folder(to).resolve(name);
            Path next = folder(to).resolve(name + ".next");
            if (at + WalReader.SEGMENT <= last.value()) {
                if (Files.exists(wanted) && Files.isSameFile(file, wanted)) {
                    continue;
                }
                link(file, next);
            } else {
                byte[] bytes = Files.readAllBytes(file);
                Arrays.fill(bytes, (int) (last.value() - at), bytes.length, (byte) 0);
                Files.write(next, bytes);
            }
            // whoever reads meanwhile sees the old file or the new one, which begins like it
            Files.move(next, wanted, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** A position in the newest file, which is the one being written. */
    static Lsn newest(Path data) throws IOException {
        try (Stream<Path> files = Files.list(folder(data))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.length() == 24 && !name.contains("."))
                    .map(WalReader::position)
                    .max(Lsn::compareTo)
                    .orElseThrow(() -> new NoSuchFileException("no write-ahead log in " + folder(data)));
        }
    }

    private static void link(Path file, Path name) throws IOException {
        try {
            Files.createLink(name, file);
        } catch (FileAlreadyExistsException e) {
            // it has it already, the same one
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            FileCopy.copyFile(file, name); // a file system without links, or with too many of this one
        }
    }
}
