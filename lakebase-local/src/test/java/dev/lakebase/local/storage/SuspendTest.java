package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SuspendTest {

    private static final Duration START = Duration.ofSeconds(30);

    private static Storage storage;

    @BeforeAll
    static void open() {
        storage = Storage.open(null, line -> {});
    }

    @AfterAll
    static void close() {
        storage.close();
    }

    @Test
    void suspendKeepsCommittedRowsAndEndsSessionsWith57P01() throws Exception {
        Cluster cluster = storage.createRoot("br-suspend");
        Sql.run(cluster, "CREATE TABLE t AS SELECT 42 AS n");
        try (Connection session = cluster.connect(Sql.DATABASE)) {
            cluster.suspend();

            assertThat(cluster.isRunning()).isFalse();
            assertThat(Orphans.find(cluster.folder())).isEmpty();
            assertThatThrownBy(() -> Sql.ask(session, "SELECT 1"))
                    .isInstanceOf(SQLException.class)
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("57P01");
        }
        assertThatThrownBy(() -> cluster.connect(Sql.DATABASE)).isInstanceOf(SQLException.class);

        cluster.start(START);

        assertThat(Sql.ask(cluster, "SELECT n FROM t")).isEqualTo("42");
        storage.delete(cluster);
    }

    @Test
    void aFailedStatementDoesNotShowInTheLog() throws Exception {
        Cluster cluster = storage.createRoot("br-silent");
        try (Connection session = cluster.connect(Sql.DATABASE)) {
            assertThatThrownBy(() -> Sql.ask(session, "ALTER ROLE nobody PASSWORD 'canary-of-a-password'"))
                    .hasMessageContaining("nobody");
        }
        assertThat(Files.readString(cluster.folder().resolve("postgres.log")))
                .contains("nobody")
                .doesNotContain("canary");
        storage.delete(cluster);
    }

    @Test
    void longLogIsPutAsideAtTheNextStart() throws Exception {
        Cluster cluster = storage.createRoot("br-talkative");
        cluster.suspend();
        Path log = cluster.folder().resolve("postgres.log");
        Path old = cluster.folder().resolve("postgres.log.old");
        for (String line : List.of("first", "second")) {
            Files.writeString(log, (line + "\n").repeat(200_000));
            cluster.start(START);
            cluster.suspend();
            assertThat(Files.size(log)).isLessThan(10_000);
            try (var lines = Files.lines(old)) {
                assertThat(lines.findFirst()).contains(line);
            }
        }
        cluster.start(START);
        assertThat(log)
                .content()
                .as("a short one goes on")
                .containsSubsequence("starting PostgreSQL", "shut down", "starting PostgreSQL");
        storage.delete(cluster);
    }

    @Test
    void killedServerIsNoticedAndRecoversAtTheNextStart() throws Exception {
        Cluster cluster = storage.createRoot("br-killed");
        Sql.run(cluster, "CREATE TABLE t AS SELECT 42 AS n");
        try (Connection session = cluster.connect(Sql.DATABASE)) {
            // a session that computes does not notice that its postmaster is gone
            session.createStatement().execute("SET statement_timeout = 0");
            ProcessHandle postmaster = postmaster(cluster);

            postmaster.destroyForcibly();
            postmaster.onExit().get(20, TimeUnit.SECONDS);
            Await.until("the death is noticed", () -> !cluster.isRunning());
            cluster.start(START);
        }
        assertThat(cluster.data().resolve("postmaster.pid")).exists();
        assertThat(Sql.ask(cluster, "SELECT n FROM t")).isEqualTo("42");
        storage.delete(cluster);
    }

    @Test
    void sessionThatOutlivesItsKilledPostmasterDoesNotBlockTheNextStart() throws Exception {
        Cluster cluster = storage.createRoot("br-busy");
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Connection session = cluster.connect(Sql.DATABASE)) {
            CompletableFuture<Void> computing = CompletableFuture.runAsync(
                    () -> {
                        try {
                            Sql.ask(session, "SELECT count(*) FROM generate_series(1, 2000000000) g");
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    thread);
            Await.until(
                    "the query runs",
                    () -> Sql.ask(
                                    cluster,
                                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%2000000000) g'"
                                            + " AND state = 'active' AND pid <> pg_backend_pid()")
                            .equals("1"));
            ProcessHandle postmaster = postmaster(cluster);
            postmaster.destroyForcibly();
            postmaster.onExit().get(20, TimeUnit.SECONDS);

            cluster.start(START);

            assertThat(computing.handle((result, failure) -> failure).get(20, TimeUnit.SECONDS))
                    .isNotNull();
            assertThat(Sql.ask(cluster, "SELECT 1")).isEqualTo("1");
        } finally {
            thread.shutdownNow();
        }
        storage.delete(cluster);
    }

    @Test
    void manyThreadsStartOneServerOnce() throws Exception {
        Cluster cluster = storage.createRoot("br-herd");
        cluster.suspend();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<CompletableFuture<Void>> starts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                starts.add(CompletableFuture.runAsync(() -> cluster.start(START), threads));
            }
            starts.forEach(CompletableFuture::join);
        } finally {
            threads.shutdown();
        }
        List<String> log = Files.readAllLines(cluster.folder().resolve("postgres.log"));
        assertThat(log.stream().filter(line -> line.contains("starting PostgreSQL")))
                .as("once at creation, once now")
                .hasSize(2);
        storage.delete(cluster);
    }

    @Test
    void startsAndSuspendsInAnyOrderLeaveAWorkingCluster() throws Exception {
        Cluster cluster = storage.createRoot("br-race");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<CompletableFuture<Void>> calls = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                Runnable call = i % 2 == 0 ? cluster::suspend : () -> cluster.start(START);
                calls.add(CompletableFuture.runAsync(call, threads));
            }
            calls.forEach(CompletableFuture::join);
        } finally {
            threads.shutdown();
        }
        cluster.start(START);
        assertThat(Sql.ask(cluster, "SELECT 1")).isEqualTo("1");
        storage.delete(cluster);
    }

    @Test
    void failedStartShowsTheEndOfTheLog() throws Exception {
        Cluster cluster = storage.createRoot("br-broken");
        cluster.suspend();
        Path conf = cluster.data().resolve("postgresql.conf");
        Files.writeString(conf, "no_such_setting = 1\n");

        assertThatThrownBy(() -> cluster.start(START))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("unrecognized configuration parameter \"no_such_setting\"")
                .hasMessageContaining("postgres.log");
        assertThat(cluster.isRunning()).isFalse();
        storage.delete(cluster);
    }

    @Test
    void deletedClusterDoesNotStart() {
        Cluster cluster = storage.createRoot("br-deleted");
        storage.delete(cluster);
        storage.delete(cluster);

        assertThatThrownBy(() -> cluster.start(START))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("br-deleted was deleted");
        assertThat(storage.clusters()).doesNotContainKey("br-deleted");
    }

    private static ProcessHandle postmaster(Cluster cluster) {
        PostgresProcess process = cluster.process();
        assertThat(process).isNotNull();
        return ProcessHandle.of(process.pid()).orElseThrow();
    }
}
