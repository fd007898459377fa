package dev.lakebase.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code export NAME='value'} lines for a POSIX shell, in a file that only its owner can read: it holds a token. */
final class EnvironmentFile {
    private EnvironmentFile() {}

    static String lines(Map<String, String> environment) {
        return environment.entrySet().stream()
                .map(entry -> "export " + entry.getKey() + "=" + quoted(entry.getValue()) + "\n")
                .collect(Collectors.joining());
    }

    private static String quoted(String value) {
        return "'" + value.replace("'", "'\\''") + "'";
    }

    /** Replaces an older file in one step, so that nobody reads half of it, and at no time with wider permissions. */
    static void write(Path file, Map<String, String> environment) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Path fresh = Files.createTempFile(folder, ".lakebase-env", ".tmp", ownerOnly);
        try {
            Files.writeString(fresh, lines(environment));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** Leaves alone what another run has written to the same file since. */
    static void remove(Path file, Map<String, String> environment) throws IOException {
        if (Files.exists(file) && Files.readString(file).equals(lines(environment))) {
            Files.deleteIfExists(file);
        }
    }
}
