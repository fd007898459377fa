package dev.lakebase.local;

import static dev.lakebase.local.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.postgresql.Driver;

/** The program as a child process: starts, is used through its env file, is told to stop. */
final class ServerProcess {
    private ServerProcess() {}

    static Process start(Path folder, List<String> launch, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")); // it does not live for long
        command.addAll(launch);
        command.addAll(List.of(options));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();
    }

    /** The whole story; fails if anything is left afterwards. */
    static void assertRunsAndLeavesNothing(Path folder, List<String> launch) throws Exception {
        Path envFile = folder.resolve("lakebase.env");
        Process server =
                start(folder, launch, "--env-file", envFile.toString(), "--project", "local", "--warm-standbys");
        try {
            awaitBanner(server, folder);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(envFile)))
                    .isEqualTo("rw-------");
            Map<String, String> environment = read(envFile);
            assertThat(environment)
                    .containsOnlyKeys(
                            "DATABRICKS_HOST",
                            "DATABRICKS_TOKEN",
                            "LAKEBASE_ENDPOINT",
                            "PGHOST",
                            "PGPORT",
                            "PGDATABASE",
                            "PGUSER",
                            "PGSSLMODE",
                            "PGSSLROOTCERT");
            var rest = new Rest(URI.create(environment.get("DATABRICKS_HOST")), environment.get("DATABRICKS_TOKEN"));
            rest.createBranch("other", "production");
            Path directory =
                    Path.of(environment.get("PGSSLROOTCERT")).getParent().getParent();
            eventually(
                    Duration.ofSeconds(20),
                    () -> assertThat(directory.resolve("clusters"))
                            .as("a warm standby")
                            .isDirectoryContaining("glob:**/.standby-*"));
            try (var connection = connect(environment, rest.credential(environment.get("LAKEBASE_ENDPOINT")))) {
                assertThat(Pg.query(connection, "select current_user")).isEqualTo(environment.get("PGUSER"));
            }
            assertThat(Files.readString(folder.resolve("out")))
                    .contains("POST /api/2.0/postgres/projects/local/branches?branch_id=other 200")
                    .contains(
                            "projects/local/branches/production/endpoints/primary: login dev@example.com to databricks_postgres");
            List<ProcessHandle> children = server.descendants().toList();
            assertThat(children).isNotEmpty();
            server.destroy(); // SIGTERM, as Ctrl-C is SIGINT: the same hooks
            assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
            eventually(Duration.ofSeconds(10), () -> assertThat(children).noneMatch(ProcessHandle::isAlive));
            assertThat(envFile).doesNotExist();
            assertThat(directory).doesNotExist();
        } finally {
            server.destroy();
        }
    }

    static void awaitBanner(Process server, Path folder) {
        eventually(Duration.ofSeconds(60), () -> {
            String out = Files.readString(folder.resolve("out"));
            assertThat(server.isAlive()).as(out).isTrue();
            assertThat(out).contains("Ctrl-C stops it");
        });
    }

    /** As the user, by what the environment file says. */
    static Connection login(Path envFile) throws Exception {
        Map<String, String> environment = read(envFile);
        var rest = new Rest(URI.create(environment.get("DATABRICKS_HOST")), environment.get("DATABRICKS_TOKEN"));
        return connect(environment, rest.credential(environment.get("LAKEBASE_ENDPOINT")));
    }

    private static Map<String, String> read(Path envFile) throws IOException {
        var environment = new HashMap<String, String>();
        for (String line : Files.readAllLines(envFile)) {
            assertThat(line).matches("export [A-Z]+(_[A-Z]+)*='[^']*'");
            String[] pair = line.substring("export ".length()).split("=", 2);
            environment.put(pair[0], pair[1].substring(1, pair[1].length() - 1));
        }
        return environment;
    }

    private static Connection connect(Map<String, String> environment, String token) throws Exception {
        var properties = new Properties();
        properties.setProperty("user", environment.get("PGUSER"));
        properties.setProperty("password", token);
        properties.setProperty("sslmode", environment.get("PGSSLMODE"));
        properties.setProperty("sslrootcert", environment.get("PGSSLROOTCERT"));
        return new Driver()
                .connect(
                        "jdbc:postgresql://" + environment.get("PGHOST") + ":" + environment.get("PGPORT") + "/"
                                + environment.get("PGDATABASE"),
                        properties);
    }
}
