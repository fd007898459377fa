package dev.lakebase.local.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** PostgreSQL processes whose JVM is dead. */
final class Orphans {

    /** A postmaster ends within 5 s of SIGQUIT: then it kills its own children. */
    private static final long DEADLINE_SECONDS = 10;

    private Orphans() {}

    /**
     * Ends the servers that work in or below the folder, and returns when they are gone. The caller holds the folder's
     * lock, so no live JVM uses them. Only a process that is called postgres and names the folder, in its command line
     * or as its working directory, is touched.
     */
    static void end(Path folder) {
        List<ProcessHandle> found = find(folder);
        if (found.isEmpty()) {
            return;
        }
        Programs.signal("QUIT", found.stream().map(ProcessHandle::pid).toList());
        found.forEach(process -> await(process, folder, false));
        // children of a postmaster that was killed before it could end them
        for (ProcessHandle process : find(folder)) {
            process.destroyForcibly();
            await(process, folder, true);
        }
    }

    static List<ProcessHandle> find(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(process -> worksIn(process, folder))
                .toList();
    }

    private static boolean worksIn(ProcessHandle process, Path folder) {
        String command = process.info().command().orElse("");
        if (!command.endsWith("/postgres") && !command.endsWith("/postgres (deleted)")) {
            return false;
        }
        for (String argument : process.info().arguments().orElse(new String[0])) {
            if (argument.startsWith("/") && Path.of(argument).startsWith(folder)) {
                return true;
            }
        }
        try {
            // Linux: also a session's process, whose command line is its title
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"))
                    .startsWith(folder);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static void await(ProcessHandle process, Path folder, boolean required) {
        try {
            process.onExit().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            if (required) {
                throw new StorageException("The orphaned PostgreSQL process " + process.pid() + " in " + folder
                        + " does not end. End it by hand, then try again.");
            }
        } catch (ExecutionException e) {
            throw new StorageException("Waiting for process " + process.pid() + " failed.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("Interrupted while ending orphaned PostgreSQL processes in " + folder + ".", e);
        }
    }
}
