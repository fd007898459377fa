package dev.lakebase.local.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** The tar.xz inside the binaries' artifact. */
final class BinaryArchive {

    private BinaryArchive() {}

    static void unpack(InputStream packed, Path target, boolean shared) throws IOException {
        String readable = shared ? "rw-r--r--" : "rw-------";
        String executable = shared ? "rwxr-xr-x" : "rwx------";
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(packed))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = target.resolve(entry.getName()).normalize();
                if (!file.startsWith(target)) {
                    throw new IOException("the archive names a file outside itself: " + entry.getName());
                }
                if (entry.isDirectory() || isForCompilers(entry.getName())) {
                    continue;
                }
                Files.createDirectories(file.getParent());
                if (entry.isSymbolicLink()) {
                    Path link = Path.of(entry.getLinkName());
                    if (link.isAbsolute()
                            || !file.resolveSibling(link).normalize().startsWith(target)) {
                        throw new IOException("the archive links outside itself: " + entry.getName());
                    }
                    Files.createSymbolicLink(file, link);
                } else if (entry.isFile()) {
                    Files.copy(tar, file);
                    boolean program = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            file, PosixFilePermissions.fromString(program ? executable : readable));
                }
            }
        }
        if (shared) {
            try (var all = Files.walk(target)) {
                for (Path folder : all.filter(Files::isDirectory).toList()) {
                    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
                }
            }
        }
    }

    private static boolean isForCompilers(String name) {
        return name.endsWith(".a") || name.contains("/pgxs/") || name.contains("/pkgconfig/");
    }
}
