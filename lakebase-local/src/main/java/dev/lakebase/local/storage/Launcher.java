package dev.lakebase.local.storage;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * How PostgreSQL, which refuses to run as root, is run: directly by an ordinary user; by root inside a user namespace
 * of its own; and where the kernel forbids those (many containers) as an unprivileged user.
 */
enum Launcher {
    DIRECT(""),
    /** The files stay their owner's, and inside the namespace this process is "nobody" without capabilities. */
    NAMESPACE("unshare -U"),
    /**
     * As a user of our own choice, who owns the data: no account has this number, so nobody else can be it. It lies
     * above the numbers that distributions give out and below 65534, "nobody".
     */
    UNPRIVILEGED(setpriv(Constants.UID));

    /** Probing starts a process that does nothing: seconds mean that the machine hangs. */
    private static final long PROBE_SECONDS = 10;

    private final String prefix;

    Launcher(String prefix) {
        this.prefix = prefix;
    }

    private static final class Constants {
        static final int UID = 65433;
        static final int NOBODY = 65534;
    }

    private static final class Detected {
        static final int USER_ID = readUserId();
        static final Launcher LAUNCHER = detect(USER_ID);
    }

    static Launcher detected() {
        return Detected.LAUNCHER;
    }

    static int userId() {
        return Detected.USER_ID;
    }

    private static int readUserId() {
        try {
            Path probe = Files.createTempFile("lakebase-local", ".uid");
            try {
                return (Integer) Files.getAttribute(probe, "unix:uid");
            } finally {
                Files.delete(probe);
            }
        } catch (IOException e) {
            throw new StorageException(
                    "The temporary folder " + System.getProperty("java.io.tmpdir")
                            + " is not writable. Set -Djava.io.tmpdir to a folder that is.",
                    e);
        }
    }

    private static Launcher detect(int userId) {
        // initdb wants to know its user by name; containers often run as a mere number, in a namespace it is "nobody"
        boolean nameless = "?".equals(System.getProperty("user.name"));
        if (userId != 0) {
            return nameless && NAMESPACE.works() ? NAMESPACE : DIRECT;
        }
        if (NAMESPACE.works()) {
            return NAMESPACE;
        }
        if (UNPRIVILEGED.works()) {
            return UNPRIVILEGED;
        }
        throw new StorageException("PostgreSQL does not run as root, and neither 'unshare -U' nor 'setpriv' works here."
                + " Run this process as an ordinary user, or install util-linux.");
    }

    private boolean works() {
        try {
            Process process = builder(List.of("true")).start();
            if (process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue() == 0;
            }
            process.destroyForcibly();
            return false;
        } catch (IOException e) {
            return false; // not installed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("Interrupted while probing '" + prefix + "'.", e);
        }
    }

    /** A process that replaces itself by the command, so that its id is the command's. Its environment is ours alone. */
    ProcessBuilder builder(List<String> command) {
        return builder(prefix, command);
    }

    /** initdb wants to know its user by name. */
    ProcessBuilder initdbBuilder(List<String> command) {
        return builder(this == UNPRIVILEGED ? setpriv(Constants.NOBODY) : prefix, command);
    }

    private static String setpriv(int uid) {
        return "setpriv --reuid=" + uid + " --regid=" + uid + " --clear-groups --";
    }

    private static ProcessBuilder builder(String prefix, List<String> command) {
        List<String> all = new ArrayList<>(prefix.isEmpty() ? List.of() : List.of(prefix.split(" ")));
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all);
        Map<String, String> environment = builder.environment();
        String path = environment.get("PATH");
        // PGDATA, PGPORT, PGOPTIONS and the like would steer the server
        environment.clear();
        environment.put("PATH", path == null ? "/usr/local/bin:/usr/bin:/bin" : path);
        environment.put("LC_ALL", "C");
        environment.put("TZ", "UTC");
        builder.redirectInput(new File("/dev/null"));
        return builder;
    }

    /** Whether others than this process's user must be able to read the binaries. */
    boolean needsSharedBinaries() {
        return this == UNPRIVILEGED;
    }

    /** Gives a file or a folder with all in it to the user that PostgreSQL runs as. */
    void own(Path tree) throws IOException {
        if (this == UNPRIVILEGED) {
            giveTo(tree, Constants.UID);
        }
    }

    void ownForInitdb(Path tree) throws IOException {
        if (this == UNPRIVILEGED) {
            giveTo(tree, Constants.NOBODY);
        }
    }

    void disown(Path tree) throws IOException {
        if (this == UNPRIVILEGED) {
            giveTo(tree, 0);
        }
    }

    /** As {@link #own}, without what the folder holds. */
    void ownFolder(Path folder) throws IOException {
        if (this == UNPRIVILEGED) {
            giveOne(folder, Constants.UID);
        }
    }

    /** Whether files of this user are those of this process, or those it has given to PostgreSQL's user. */
    static boolean isOurs(int uid) {
        return uid == userId() || (userId() == 0 && uid == Constants.UID);
    }

    private static void giveTo(Path tree, int uid) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(tree)) {
            all = files.toList();
        }
        for (Path file : all) {
            giveOne(file, uid);
        }
    }

    private static void giveOne(Path file, int uid) throws IOException {
        Files.setAttribute(file, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(file, "unix:gid", uid, LinkOption.NOFOLLOW_LINKS);
    }
}
