package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One running server: a child process of ours, not a daemon. */
final class PostgresProcess {

    /** Between two looks at the status line; a server is ready after some 50 ms, and a look costs 20 µs. */
    private static final long POLL_MILLIS = 2;

    /** A fast shutdown writes what is in memory, 16 MB at most; a slow disk may need seconds, not a minute. */
    private static final long FAST_STOP_SECONDS = 30;

    /** The server itself kills what does not end within 5 s of an immediate shutdown. */
    private static final long IMMEDIATE_STOP_SECONDS = 10;

    private static final int LOG_TAIL_LINES = 20;

    /** Some thousand starts and stops. A longer log is put aside at the next start, in place of the one before it. */
    private static final long LONG_LOG_BYTES = 1 << 20;

    private final Process process;
    private final Path data;
    private final Path log;
    private volatile boolean ready;

    private PostgresProcess(Process process, Path data, Path log) {
        this.process = process;
        this.data = data;
        this.log = log;
    }

    static PostgresProcess launch(
            Launcher launcher,
            PostgresBinaries binaries,
            Path data,
            Path log,
            UnixSocketAddress socket,
            List<String> options)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(binaries.program("postgres"), "-D", data.toString()));
        command.addAll(List.of("-k", socket.folder().toString(), "-p", Integer.toString(socket.port())));
        command.addAll(options);
        if (Files.exists(log) && Files.size(log) > LONG_LOG_BYTES) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".old"), StandardCopyOption.REPLACE_EXISTING);
        }
        Process process = launcher.builder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new PostgresProcess(process, data, log);
    }

    /** Returns when the server accepts connections: recovered, and promoted if it is a new branch. */
    void awaitReady(Duration timeout, BooleanSupplier cancelled) {
        long started = System.nanoTime();
        try {
            while (!isReady()) {
                if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                    throw new StorageException("PostgreSQL ended with exit code " + process.exitValue()
                            + " instead of starting in " + data + "." + logTail());
                }
                if (cancelled.getAsBoolean()) {
                    throw new StorageException("The storage was closed while PostgreSQL was starting in " + data + ".");
                }
                if (System.nanoTime() - started > timeout.toNanos()) {
                    throw new StorageException("PostgreSQL was not ready within " + timeout.toMillis() + " ms in "
                            + data + "." + logTail());
                }
            }
            ready = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("Interrupted while PostgreSQL was starting in " + data + ".", e);
        } catch (IOException e) {
            throw new StorageException("PostgreSQL's state could not be read in " + data + ": " + e.getMessage(), e);
        }
    }

    /** The server keeps its state in line 8 of its pid file; line 1 says whether it is this server's file. */
    private boolean isReady() throws IOException {
        String text;
        try {
            text = Files.readString(data.resolve("postmaster.pid"), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return false;
        }
        List<String> lines = text.lines().toList();
        return lines.size() >= 8
                && lines.get(7).startsWith("ready")
                && lines.get(0).strip().equals(Long.toString(process.pid()));
    }

    /** Makes a standby a server of its own, when it has replayed what there is. */
    void promote() throws IOException {
        Files.createFile(data.resolve("promote"));
        Programs.signal("USR1", List.of(process.pid()));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Asks the system as well: the JDK learns of a death a moment late, and then a start would do nothing. */
    boolean isServing() {
        return ready && process.isAlive() && process.toHandle().isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** Ends the sessions and waits until everything is on disk; a server that does not end in time is killed. */
    void stopFast() {
        if (process.isAlive()) {
            Programs.signal("INT", List.of(process.pid()));
            if (!Programs.waitFor(process, FAST_STOP_SECONDS)) {
                stopImmediately();
            }
        }
    }

    /** Ends it as it is: its data will be recovered at the next start, or is not wanted any more. */
    void stopImmediately() {
        if (process.isAlive()) {
            Programs.signal("QUIT", List.of(process.pid()));
            if (!Programs.waitFor(process, IMMEDIATE_STOP_SECONDS)) {
                List<ProcessHandle> backends = process.descendants().toList();
                process.destroyForcibly();
                backends.forEach(ProcessHandle::destroyForcibly);
                Programs.waitFor(process, IMMEDIATE_STOP_SECONDS);
            }
        }
    }

    private String logTail() {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            List<String> tail = lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size());
            return " The end of its log, " + log + ":\n" + String.join("\n", tail);
        } catch (IOException e) {
            return " Its log, " + log + ", can not be read: " + e.getMessage();
        }
    }
}
