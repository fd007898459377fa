package dev.lakebase.local.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Short-lived programs, and signals. */
final class Programs {

    /** initdb takes under a second; a loaded CI machine may need much longer, a hanging one must not block for ever. */
    private static final long DEADLINE_SECONDS = 120;

    private static final long SIGNAL_SECONDS = 10;

    private Programs() {}

    /** Runs it with the given standard input and returns what it printed; fails on any exit code but 0. */
    static String run(ProcessBuilder builder, String input) throws IOException {
        Path output = Files.createTempFile("lakebase-local", ".out");
        String command = String.join(" ", builder.command());
        try {
            Process process = builder.redirectInput(ProcessBuilder.Redirect.PIPE)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // it ended without reading everything: its output says why
            }
            if (!waitFor(process, DEADLINE_SECONDS)) {
                process.destroyForcibly();
                throw new IOException(
                        command + " did not end within " + DEADLINE_SECONDS + " s:\n" + Files.readString(output));
            }
            String printed = Files.readString(output);
            if (process.exitValue() != 0) {
                throw new IOException(command + " ended with exit code " + process.exitValue() + ":\n" + printed);
            }
            return printed;
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /** Sends a signal that the JDK has no word for. Processes that are gone are no error. */
    static void signal(String name, Collection<Long> ids) {
        if (ids.isEmpty()) {
            return;
        }
        List<String> command = new ArrayList<>(List.of("sh", "-c", "kill -" + name + " \"$@\"", "sh"));
        ids.forEach(id -> command.add(Long.toString(id)));
        try {
            Process kill = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            waitFor(kill, SIGNAL_SECONDS);
        } catch (IOException e) {
            throw new StorageException("The signal " + name + " could not be sent: is there a shell, 'sh'?", e);
        }
    }

    /** Waits through interruptions, which are restored: what is half stopped must not be left so. */
    static boolean waitFor(Process process, long seconds) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        try {
            while (true) {
                try {
                    return process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
