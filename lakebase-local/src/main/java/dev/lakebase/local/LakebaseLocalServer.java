package dev.lakebase.local;

import dev.lakebase.local.storage.StorageException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/** The program of the standalone jar: {@link LakebaseLocal} until Ctrl-C. */
public final class LakebaseLocalServer {
    private static final int USAGE = 2;
    private static final int FAILED = 1;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
    /** Read from a file, so at once: later there may be no file descriptor left. */
    private static final ZoneId ZONE = ZoneId.systemDefault();

    private LakebaseLocalServer() {}

    /**
     * Starts, prints what a client needs, and then a line per call and login. Ends with the process; exit code 2 for a
     * command line that can't be followed, 1 if the start failed.
     *
     * @param arguments {@code --help} lists them
     * @throws InterruptedException if the main thread is interrupted
     */
    public static void main(String[] arguments) throws InterruptedException {
        ServerOptions options;
        try {
            options = ServerOptions.parse(List.of(arguments));
        } catch (ServerOptions.UsageException e) {
            System.err.println("lakebase-local: " + e.getMessage() + ". Try --help.");
            System.exit(USAGE);
            return;
        }
        if (options.help()) {
            System.out.print(ServerOptions.HELP);
            return;
        }
        try {
            run(options, System.out);
        } catch (IllegalArgumentException e) {
            System.err.println("lakebase-local: " + e.getMessage() + ". Try --help.");
            System.exit(USAGE);
        } catch (IllegalStateException | StorageException | IOException | UncheckedIOException e) {
            System.err.println("lakebase-local: " + e.getMessage());
            System.exit(FAILED);
        }
        new CountDownLatch(1).await();
    }

    private static void run(ServerOptions options, PrintStream out) throws IOException {
        var builder = LakebaseLocal.builder()
                .port(options.port())
                .project(options.project())
                .user(options.user())
                .warmStandbys(options.warmStandbys())
                .progress(line -> print(out, line))
                .log(line -> print(out, line));
        Path data = options.data();
        if (data != null) {
            builder.dataDirectory(data);
        }
        LakebaseLocal local = builder.start();
        Path seed = options.seed();
        if (seed != null) {
            print(out, new SeedFile(seed, data).runOnce(local));
        }
        Path envFile = options.envFile();
        if (envFile != null) {
            Map<String, String> environment = local.environment();
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> remove(envFile, environment), "lakebase-local env file"));
            try {
                EnvironmentFile.write(envFile, environment);
            } catch (IOException e) {
                throw new IOException("--env-file " + envFile + " could not be written: " + e, e);
            }
        }
        out.print(banner(local, options));
        out.flush();
    }

    private static void print(PrintStream out, String line) {
        out.println(TIME.format(LocalTime.now(ZONE)) + "  " + line);
    }

    /** It names a server that is gone and a token that is void. */
    private static void remove(Path envFile, Map<String, String> environment) {
        try {
            EnvironmentFile.remove(envFile, environment);
        } catch (IOException e) {
            System.err.println("lakebase-local: " + envFile + " could not be removed: " + e.getMessage());
        }
    }

    private static String banner(LakebaseLocal local, ServerOptions options) {
        Path envFile = options.envFile();
        String end = options.data() == null
                ? "Ctrl-C stops it and removes everything."
                : "Ctrl-C stops it; " + options.data() + " keeps everything for the next start.";
        String version = Objects.requireNonNullElse(
                LakebaseLocalServer.class.getPackage().getImplementationVersion(), "(unpackaged)");
        return """

                Lakebase Local %s, project "%s"

                %s
                # a service principal, for OAuth in place of DATABRICKS_TOKEN
                # DATABRICKS_CLIENT_ID=%s
                # DATABRICKS_CLIENT_SECRET=%s

                %sTo log in with psql, run the export lines, then (once an hour, for the password is a token):
                  export PGPASSWORD=$(echo "header = \\"Authorization: Bearer $DATABRICKS_TOKEN\\"" | curl -s -K - -d "{\\"endpoint\\":\\"$LAKEBASE_ENDPOINT\\"}" \
                "$DATABRICKS_HOST/api/2.0/postgres/credentials" | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
                  psql

                To make it misbehave, POST faults to $DATABRICKS_HOST/local/faults, such as {"http": "STATUS", "status": 503}.

                Listens on 127.0.0.1 only. %s What happens from here on:

                """.formatted(
                        version,
                        local.project(),
                        EnvironmentFile.lines(local.environment()),
                        local.clientId(),
                        local.clientSecret(),
                        envFile == null ? "" : "The export lines are in " + envFile + " too: . " + envFile + "\n",
                        end);
    }
}
