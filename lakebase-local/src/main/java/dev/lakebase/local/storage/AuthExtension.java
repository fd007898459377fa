package dev.lakebase.local.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** A stand-in for the platform's extension {@code databricks_auth}, beside the extensions of PostgreSQL. */
final class AuthExtension {
    private static final List<String> FILES = List.of("databricks_auth.control", "databricks_auth--1.0.sql");
    private static final String NEIGHBOUR = "plpgsql.control";

    private AuthExtension() {}

    /** Changes with the extension: binaries are cached with it. */
    static String fingerprint() throws IOException {
        var sum = new CRC32();
        for (String file : FILES) {
            sum.update(read(file));
        }
        return Long.toHexString(sum.getValue());
    }

    /** @param home PostgreSQL's, just unpacked */
    static void install(Path home, boolean shared) throws IOException {
        Path folder = extensionFolder(home);
        for (String file : FILES) {
            Path target = Files.write(folder.resolve(file), read(file));
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(shared ? "rw-r--r--" : "rw-------"));
        }
    }

    /** Builds differ in what lies between {@code share} and it. */
    private static Path extensionFolder(Path home) throws IOException {
        try (var files = Files.walk(home.resolve("share"))) {
            Path neighbour = files.filter(file -> file.endsWith(NEIGHBOUR))
                    .findFirst()
                    .orElseThrow(() -> new IOException("there is no " + NEIGHBOUR + " below " + home));
            return Objects.requireNonNull(neighbour.getParent());
        }
    }

    private static byte[] read(String file) throws IOException {
        try (@Nullable InputStream in = AuthExtension.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IOException(file + " is missing beside " + AuthExtension.class.getName());
            }
            return in.readAllBytes();
        }
    }
}
