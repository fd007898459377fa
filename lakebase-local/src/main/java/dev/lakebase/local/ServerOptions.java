package dev.lakebase.local;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The command line of {@link LakebaseLocalServer}, read strictly: what is not understood is an error. */
record ServerOptions(
        boolean help,
        int port,
        String project,
        String user,
        @Nullable Path data,
        @Nullable Path seed,
        @Nullable Path envFile,
        boolean warmStandbys) {
    static final String HELP = """
            Lakebase Local: the Databricks Lakebase platform on this machine. A REST control plane, a real
            PostgreSQL per branch, and logins with tokens over TLS. No account, no network.

            Usage: java -jar lakebase-local-<version>-standalone.jar [options]

              --port N          port of the control plane on 127.0.0.1 (default 0: any free one)
              --project ID      id of the project to start with (default local)
              --user EMAIL      the user who calls the API and logs in (default dev@example.com)
              --data DIR        keep branches and data in this folder, from run to run; created if missing
                                (default: a temporary folder, removed at the end)
              --seed FILE.sql   run this SQL in the branch production, as one transaction; with --data only
                                the first time
              --env-file PATH   write the environment that a client needs, as "export NAME=value" lines;
                                readable by you only, removed when the program ends
              --warm-standbys   keep a standby of each branch that was branched, ready to become its next branch:
                                sooner there, for the memory of an idle PostgreSQL and the disk of a copy
              --help            this text

            It runs until Ctrl-C. Without --data it then removes all that it made. If it is killed (SIGKILL),
            its PostgreSQL processes and its temporary folder remain until the next start, which removes them.

            Example: an own port, and data that stays
              java -jar lakebase-local-<version>-standalone.jar --port 8080 --data ~/lakebase --env-file lakebase.env
            and in another terminal of the same folder (what it prints at its start says how to log in with psql)
              . ./lakebase.env
            """;

    private static final String WARM_STANDBYS = "--warm-standbys";
    private static final Set<String> SWITCHES = Set.of("--help", WARM_STANDBYS);
    private static final Set<String> NAMES = Set.of("--port", "--project", "--user", "--data", "--seed", "--env-file");

    /** A command line that can't be followed. The message names the option, what was read, what was expected. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1;

        UsageException(String message) {
            super(message);
        }
    }

    static ServerOptions parse(List<String> arguments) throws UsageException {
        Map<String, String> values = new HashMap<>();
        var rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
            String given = equals < 0 ? argument : argument.substring(0, equals);
            String name = given.equals("-h") ? "--help" : given;
            boolean isSwitch = SWITCHES.contains(name);
            if (!isSwitch && !NAMES.contains(name)) {
                throw new UsageException("unknown option " + name);
            }
            if (isSwitch && equals >= 0) {
                throw new UsageException(name + " takes no value");
            }
            if (!isSwitch && equals < 0 && !rest.hasNext()) {
                throw new UsageException(name + " needs a value");
            }
            String value = isSwitch ? "" : equals < 0 ? rest.next() : argument.substring(equals + 1);
            if (values.put(name, value) != null) {
                throw new UsageException(name + " is given twice");
            }
        }
        return new ServerOptions(
                values.containsKey("--help"),
                port(values.getOrDefault("--port", "0")),
                values.getOrDefault("--project", "local"),
                values.getOrDefault("--user", "dev@example.com"),
                data(values.get("--data")),
                seed(values.get("--seed")),
                envFile(values.get("--env-file")),
                values.containsKey(WARM_STANDBYS));
    }

    private static int port(String value) throws UsageException {
        if (!value.matches("\\d{1,5}") || Integer.parseInt(value) > 65_535) {
            throw new UsageException("--port is \"" + value + "\", expected a number from 0 to 65535");
        }
        return Integer.parseInt(value);
    }

    private static @Nullable Path path(String name, String kind, @Nullable String value) throws UsageException {
        if (value == null) {
            return null;
        }
        if (value.isEmpty()) {
            throw new UsageException(name + " is empty, expected the path of a " + kind);
        }
        try {
            return Path.of(value).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new UsageException(name + " is no path on this machine: " + e.getMessage());
        }
    }

    private static @Nullable Path data(@Nullable String value) throws UsageException {
        Path folder = path("--data", "folder", value);
        if (folder != null && Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new UsageException("--data is \"" + value + "\", which is a file, expected a folder");
        }
        return folder;
    }

    private static @Nullable Path seed(@Nullable String value) throws UsageException {
        Path file = path("--seed", "file", value);
        if (file != null && (!Files.isRegularFile(file) || !Files.isReadable(file))) {
            throw new UsageException("--seed is \"" + value + "\", expected a file with SQL that can be read");
        }
        return file;
    }

    private static @Nullable Path envFile(@Nullable String value) throws UsageException {
        Path file = path("--env-file", "file", value);
        if (file == null) {
            return null;
        }
        Path folder = file.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UsageException("--env-file is \"" + value + "\", but there is no folder " + folder);
        }
        if (Files.isDirectory(file)) {
            throw new UsageException("--env-file is \"" + value + "\", which is a folder, expected a file");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // it would be replaced, and /dev/null with it
            throw new UsageException("--env-file is \"" + value + "\", which is a device or a pipe, expected a file");
        }
        return file;
    }
}
