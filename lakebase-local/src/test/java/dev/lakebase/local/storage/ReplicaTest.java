package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions of a replica that wait for what its primary has committed. */
class ReplicaTest {
    private static final Duration START = Duration.ofSeconds(30);
    /** Half of the time after which a session stops to wait. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final String LOOKS =
            "from pg_stat_activity where query like '%pg_last_wal_replay_lsn%' and pid <> pg_backend_pid()";

    private static Storage storage;

    private Cluster primary;
    private Replica replica;

    @BeforeAll
    static void open() {
        storage = Storage.open(null, line -> {});
    }

    @AfterAll
    static void close() {
        storage.close();
    }

    @BeforeEach
    void start() throws SQLException {
        primary = storage.createRoot("br-primary");
        Sql.run(primary, "create table t (n int)");
        replica = storage.replica(primary);
        replica.start(START);
        replica.catchUp();
    }

    @AfterEach
    void delete() {
        storage.delete(primary);
    }

    @Test
    void sessionThatCanNotCatchUpIsNotInTheWayOfOthers() throws Exception {
        try (Connection reader = replica.connect(Sql.DATABASE)) {
            reader.setAutoCommit(false);
            Sql.ask(reader, "select count(*) from t");
            Sql.run(primary, "drop table t"); // which the replica can't replay while somebody reads it
            Connection observer = replica.connect("template1");
            String before = Sql.ask(observer, "select max(query_start) " + LOOKS);
            var waits = CompletableFuture.runAsync(replica::catchUp);
            Await.until(
                    "a session waits",
                    () -> !Sql.ask(observer, "select max(query_start) " + LOOKS).equals(before));
            observer.close();

            primary.suspend();
            assertTimeoutPreemptively(SOON, replica::catchUp, "the primary sleeps, so there is nothing to wait for");
            assertThat(waits).isNotDone();
            replica.suspend();
            waits.get(SOON.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void serverThatAcceptsNoLoginIsWaitedForNoLongerThanAllowed() throws Exception {
        for (PostgresProcess silent : List.of(primary.process(), replica.process())) {
            Programs.signal("STOP", List.of(silent.pid()));
            try (var watch = new ReplicaWatch(primary.address(), replica.address())) {
                assertTimeoutPreemptively(
                        SOON,
                        () -> assertThatThrownBy(() -> watch.awaitReplay(Duration.ofMillis(100)))
                                .isInstanceOf(SQLException.class));
            } finally {
                Programs.signal("CONT", List.of(silent.pid()));
            }
        }
    }

    @Test
    void serverThatDoesNotAnswerIsWaitedForNoLongerThanAllowed() throws Exception {
        try (var watch = new ReplicaWatch(primary.address(), replica.address())) {
            watch.awaitReplay(START);
            long backend;
            try (Connection observer = replica.connect("template1")) {
                backend = Long.parseLong(
                        Sql.ask(observer, "select pid " + LOOKS + " order by backend_start desc limit 1"));
            }
            Programs.signal("STOP", List.of(backend));
            try {
                Sql.run(primary, "insert into t values (1)");
                assertTimeoutPreemptively(
                        SOON,
                        () -> assertThatThrownBy(() -> watch.awaitReplay(Duration.ofMillis(100)))
                                .isInstanceOf(SQLException.class));
                watch.awaitReplay(START); // on another connection
            } finally {
                Programs.signal("CONT", List.of(backend));
            }
        }
        try (Connection reader = replica.connect(Sql.DATABASE)) {
            assertThat(Sql.ask(reader, "select count(*) from t")).isEqualTo("1");
        }
    }
}
