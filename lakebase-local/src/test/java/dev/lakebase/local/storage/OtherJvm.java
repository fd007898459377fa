package dev.lakebase.local.storage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A JVM of its own that opens a storage, makes a cluster, says where, and waits to be told or killed. */
final class OtherJvm implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;
    private final List<String> progress = new ArrayList<>();

    private OtherJvm(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static OtherJvm start(@Nullable Path dataDirectory, Map<String, String> environment) throws IOException {
        return start(dataDirectory, Path.of(System.getProperty("java.io.tmpdir")), environment);
    }

    /** With a folder for temporary files of its own, in which no other JVM looks for leftovers. */
    static OtherJvm startIn(Path temporary) throws IOException {
        return start(null, temporary, Map.of());
    }

    private static OtherJvm start(@Nullable Path dataDirectory, Path temporary, Map<String, String> environment)
            throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                OtherJvm.class.getName(),
                dataDirectory == null ? "-" : dataDirectory.toString());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return new OtherJvm(
                builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    static OtherJvm start(@Nullable Path dataDirectory) throws IOException {
        return start(dataDirectory, Map.of());
    }

    /** Blocks until its cluster runs, and returns the cluster's socket. */
    Path awaitSocket() throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("SOCKET ")) {
                return Path.of(line.substring(7));
            }
            progress.add(line);
        }
        throw new IOException("the other JVM ended: " + progress);
    }

    List<String> progress() {
        return progress;
    }

    /** SIGKILL: no hook runs. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM, as Ctrl-C does: hooks run. */
    void terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new AssertionError("the other JVM does not end");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) throws Exception {
        Storage storage = Storage.open(arguments[0].equals("-") ? null : Path.of(arguments[0]), System.out::println);
        Cluster cluster = storage.createRoot("br-other");
        Sql.run(cluster, "CREATE TABLE kept AS SELECT 42 AS answer");
        System.out.println("SOCKET " + cluster.socket());
        try {
            System.in.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.currentThread().join();
    }
}
