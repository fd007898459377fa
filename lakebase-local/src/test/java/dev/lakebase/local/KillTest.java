package dev.lakebase.local;

import static dev.lakebase.local.Eventually.eventually;
import static dev.lakebase.local.Pg.execute;
import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.Driver;

/** SIGKILL, of a branch's PostgreSQL and of the server itself: nothing that was answered is lost. */
@ExtendWith(SharedLocal.class)
class KillTest {
    private static final String BRANCHES = "projects/local/branches";

    @Test
    void loginAfterTheDeathOfPostgresFindsItRecovered(LakebaseLocal local) throws Exception {
        var rest = new Rest(local);
        rest.createBranch("victim", "production");
        String endpoint = BRANCHES + "/victim/endpoints/primary";
        try (var session = Pg.connect(local, endpoint)) {
            execute(session, "create table kept as select 42 as n");
            ProcessHandle backend = ProcessHandle.of(Long.parseLong(query(session, "select pg_backend_pid()")))
                    .orElseThrow();
            ProcessHandle postmaster = backend.parent().orElseThrow();
            assertThat(postmaster.parent()).contains(ProcessHandle.current());

            postmaster.destroyForcibly();
            postmaster.onExit().get(20, TimeUnit.SECONDS);

            try (var next = Pg.connect(local, endpoint)) {
                assertThat(query(next, "select n from kept")).isEqualTo("42");
            }
            assertThatThrownBy(() -> query(session, "select 1")).isInstanceOf(SQLException.class);
            assertThat(rest.get(endpoint).text("/status/current_state")).isEqualTo("ACTIVE");
        } finally {
            rest.deleteBranch("victim");
        }
    }

    @Test
    void killedServerComesBackWithAllThatWasAnsweredAndNoOrphans(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        Set<String> created = new ConcurrentSkipListSet<>();
        var begun = new AtomicReference<>("");
        var rows = new AtomicInteger();
        Set<ProcessHandle> orphans;
        Process server = start(data);
        try {
            List<String> said = read(server);
            var rest = new Rest(URI.create(said.get(0)), said.get(1));
            var creator = CompletableFuture.runAsync(() -> createUntilItDies(rest, created, begun));
            var writer = CompletableFuture.runAsync(() -> writeUntilItDies(said, rows));
            eventually(Duration.ofSeconds(60), () -> {
                assertThat(created).hasSizeGreaterThanOrEqualTo(4);
                assertThat(rows.get()).isGreaterThan(20);
            });
            orphans = server.descendants()
                    .filter(process -> process.info().command().orElse("").endsWith("/postgres"))
                    .collect(Collectors.toSet());
            server.destroyForcibly().waitFor();
            CompletableFuture.allOf(creator, writer).get(60, TimeUnit.SECONDS);
        } finally {
            server.destroyForcibly();
        }
        assertThat(orphans).isNotEmpty();

        try (LakebaseLocal local = LakebaseLocal.builder().dataDirectory(data).start()) {
            assertThat(orphans).noneMatch(ProcessHandle::isAlive);
            Set<String> found = new TreeSet<>();
            new Rest(local).get(BRANCHES).json().path("branches").forEach(branch -> {
                found.add(branch.path("branch_id").asText());
                assertThat(branch.at("/status/current_state").asText()).isEqualTo("READY");
            });
            Set<String> expected = new TreeSet<>(created);
            expected.add("production");
            assertThat(found).containsAll(expected);
            // what was not answered may have been done or not
            expected.add(begun.get());
            assertThat(found).isSubsetOf(expected);
            assertThat(list(data.resolve("clusters"))).hasSameSizeAs(found);
            try (var session = Pg.connect(local, local.endpoint())) {
                assertThat(Integer.parseInt(query(session, "select count(*) from kept")))
                        .isBetween(rows.get(), rows.get() + 1);
            }
            String some = BRANCHES + "/" + created.iterator().next() + "/endpoints/primary";
            try (var session = Pg.connect(local, some)) {
                assertThat(query(session, "select 1")).isEqualTo("1");
            }
        }
    }

    private static void createUntilItDies(Rest rest, Set<String> created, AtomicReference<String> begun) {
        try {
            for (int i = 0; ; i++) {
                begun.set("b" + i);
                String source = "{\"spec\": {\"source_branch\": \"" + BRANCHES + "/production\", \"ttl\": \"3600s\"}}";
                finish(rest, rest.post(BRANCHES + "?branch_id=b" + i, source));
                created.add("b" + i);
                if (i % 3 == 2) {
                    created.remove("b" + (i - 1));
                    begun.set("b" + (i - 1));
                    finish(rest, rest.delete(BRANCHES + "/b" + (i - 1) + "?purge=true"));
                }
            }
        } catch (AssertionError e) {
            // it is dead
        }
    }

    /** Unlike {@link Rest#await} it does not wait for a server that is gone. */
    private static void finish(Rest rest, Rest.Answer operation) {
        while (!rest.get(operation.expect(200).text("/name"))
                .json()
                .path("done")
                .asBoolean()) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static void writeUntilItDies(List<String> said, AtomicInteger rows) {
        var rest = new Rest(URI.create(said.get(0)), said.get(1));
        var properties = new Properties();
        properties.setProperty("user", "dev@example.com");
        properties.setProperty("password", rest.credential(said.get(2)));
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", said.get(3));
        String url = "jdbc:postgresql://localhost:" + rest.gatewayPort(said.get(2)) + "/databricks_postgres";
        try (Connection connection = new Driver().connect(url, properties)) {
            execute(connection, "create table kept (n int)");
            while (true) {
                execute(connection, "insert into kept values (1)");
                rows.incrementAndGet();
            }
        } catch (SQLException e) {
            // it is dead
        }
    }

    private static Process start(Path data) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KillTest.class.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static List<String> read(Process server) throws IOException {
        var output = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        return List.of(output.readLine(), output.readLine(), output.readLine(), output.readLine());
    }

    private static List<String> list(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .toList();
        }
    }

    /** The server that is killed. */
    public static void main(String[] arguments) throws InterruptedException {
        LakebaseLocal local =
                LakebaseLocal.builder().dataDirectory(Path.of(arguments[0])).start();
        System.out.println(local.host());
        System.out.println(local.token());
        System.out.println(local.endpoint());
        System.out.println(local.caCertificate());
        Thread.currentThread().join();
    }
}
