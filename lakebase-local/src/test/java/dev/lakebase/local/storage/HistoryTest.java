package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a cluster keeps of its past, and for how long. */
class HistoryTest {
    private static final Instant ANY_AGE = Instant.EPOCH;

    private static Storage storage;

    @BeforeAll
    static void open() {
        storage = Storage.open(null, line -> {});
    }

    @AfterAll
    static void close() {
        storage.close();
    }

    @AfterEach
    void deleteAll() {
        storage.clusters().values().forEach(storage::delete);
    }

    private static Cluster rootWithHistory() {
        Cluster root = storage.createRoot("br-root");
        root.history().keep(true);
        return root;
    }

    @Test
    void idleParentCanBeBranchedAtAnyOfItsMoments() throws Exception {
        Cluster root = rootWithHistory();
        Sql.run(root, "CREATE TABLE t AS SELECT 1 AS n");
        Lsn lsn = Sql.insertLsn(root);
        Instant time = Sql.serverTime(root);
        root.suspend();

        Cluster atTime = storage.branch(root, "br-time", BranchPoint.at(time));
        Cluster atLsn = storage.branch(root, "br-lsn", BranchPoint.at(lsn));
        Cluster atBirth = storage.branch(root, "br-birth", BranchPoint.at(time.minusSeconds(3600)));

        assertThat(Sql.ask(atTime, "SELECT n FROM t")).isEqualTo("1");
        assertThat(Sql.ask(atLsn, "SELECT n FROM t")).isEqualTo("1");
        assertThat(atLsn.origin().lsn()).isEqualTo(lsn);
        assertThat(Sql.ask(atBirth, "SELECT to_regclass('t')")).isNull();
    }

    @Test
    void branchHasAPastOfItsOwnThatSharesFilesWithItsParents() throws Exception {
        Cluster root = rootWithHistory();
        Sql.run(root, "CREATE TABLE t AS SELECT 1 AS n");
        Cluster child = storage.branch(root, "br-child");
        child.history().keepAsBranchOf(root);
        Instant birth = Sql.serverTime(child);
        try (Stream<Path> files = Files.walk(child.kept().newest().data().resolve("base"))) {
            List<Path> own = files.filter(Files::isRegularFile)
                    .filter(HistoryTest::isThereOnce)
                    .toList();
            assertThat(own).as("what has changed since").hasSizeBetween(1, 100);
        }
        Sql.run(child, "UPDATE t SET n = 2", "VACUUM FULL pg_class", "CHECKPOINT");

        storage.delete(root);

        Cluster then = storage.branch(child, "br-then", BranchPoint.at(birth));
        assertThat(Sql.ask(then, "SELECT n FROM t")).isEqualTo("1");
        assertThat(Sql.ask(storage.branch(child, "br-now"), "SELECT n FROM t")).isEqualTo("2");
    }

    @Test
    void basesOfRootsShareFilesThoughNobodySharesThatWrites() throws Exception {
        rootWithHistory();
        Cluster other = storage.createRoot("br-other");
        Sql.run(other, "CREATE TABLE t AS SELECT 1 AS n");
        other.history().keep(true);

        assertThat(storage.anyBase()).isNotNull();
        Path catalogs = other.kept().newest().data().resolve("base");
        try (Stream<Path> files = Files.walk(catalogs)) {
            assertThat(files.filter(Files::isRegularFile).filter(HistoryTest::isThereOnce))
                    .as("what has changed")
                    .hasSizeBetween(1, 100);
        }
        try (Stream<Path> files = Files.walk(other.data().resolve("base/5"))) {
            assertThat(files.filter(Files::isRegularFile)).allMatch(HistoryTest::isThereOnce);
        }
    }

    private static boolean isThereOnce(Path file) {
        try {
            return Files.getAttribute(file, "unix:nlink").equals(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatLiesOutsideTheHistoryIsRefused() throws Exception {
        Cluster root = rootWithHistory();
        Instant now = Sql.serverTime(root);
        Lsn end = Sql.insertLsn(root);
        assertRefused(root, BranchPoint.at(new Lsn(end.value() + 100_000)), ANY_AGE, "in the future");
        assertRefused(root, BranchPoint.at(new Lsn(16)), ANY_AGE, "older than the history");
        assertRefused(root, BranchPoint.at(now), now.plusSeconds(1), "older than the history");
        root.history().requireRestorable(BranchPoint.at(end), now.plusSeconds(1)); // nothing has come after it

        Sql.run(root, "CREATE TABLE later ()");
        assertRefused(root, BranchPoint.at(end), now.plusSeconds(60), "older than the history");
        root.history().requireRestorable(BranchPoint.at(end), now.minusSeconds(60));

        assertThatThrownBy(() -> storage.branch(root, "br-refused", BranchPoint.at(new Lsn(16))))
                .isInstanceOf(PointOutOfRangeException.class);
        assertThat(storage.clusters()).doesNotContainKey("br-refused");

        Cluster forgetful = storage.branch(root, "br-forgetful");
        assertThatThrownBy(() -> storage.branch(forgetful, "br-refused", BranchPoint.at(now)))
                .isInstanceOf(PointOutOfRangeException.class);
        forgetful.history().keep(false);
        assertThatThrownBy(() -> forgetful.history().requireRestorable(BranchPoint.at(now), ANY_AGE))
                .as("it began to remember later")
                .isInstanceOf(PointOutOfRangeException.class);
    }

    private static void assertRefused(Cluster root, BranchPoint point, Instant windowStart, String message) {
        assertThatThrownBy(() -> root.history().requireRestorable(point, windowStart))
                .as("%s", point)
                .isInstanceOf(PointOutOfRangeException.class)
                .hasMessageContaining(message);
    }

    @Test
    void historyBeginsAfterOneThatWasKilledHalfwayAndLeavesNothingWhenForgotten() throws Exception {
        Cluster cluster = storage.createRoot("br-halfway");
        Path history = cluster.folder().resolve("history");
        Sql.run(cluster, "SELECT pg_create_physical_replication_slot('lakebase_history', true)");
        Files.createFile(Files.createDirectories(history).resolve("since-birth"));

        cluster.history().keep(true);

        assertThat(cluster.kept().birth()).isNotNull();
        cluster.history().forget();
        assertThat(Sql.ask(cluster, "SELECT count(*) FROM pg_replication_slots"))
                .as("slots that hold the log")
                .isEqualTo("0");
        assertThat(history).doesNotExist();
    }

    @Test
    void historyTakesNoMoreThanItsWindowNeeds() throws Exception {
        Cluster root = rootWithHistory();
        Sql.run(root, "CREATE TABLE t AS SELECT 1 AS n");
        Instant early = Sql.serverTime(root);
        for (int round = 0; round < 2; round++) {
            Sql.run(root, "INSERT INTO t SELECT 2 FROM generate_series(1, 200000)");
            root.history().tend(ANY_AGE);
        }
        assertThat(root.kept().newest()).isNotEqualTo(root.kept().birth());
        assertThat(Sql.ask(storage.branch(root, "br-early", BranchPoint.at(early)), "SELECT count(*) FROM t"))
                .as("from the first base")
                .isEqualTo("1");
        Instant late = Sql.serverTime(root);
        Sql.run(root, "INSERT INTO t VALUES (3)");
        long before = FileCopy.size(root.folder());

        root.history().tend(late);
        Sql.run(root, "CHECKPOINT");

        assertThatThrownBy(() -> root.history().requireRestorable(BranchPoint.at(early), ANY_AGE))
                .isInstanceOf(PointOutOfRangeException.class);
        assertThat(Sql.ask(storage.branch(root, "br-late", BranchPoint.at(late)), "SELECT count(*) FROM t"))
                .isEqualTo("400001");
        assertThat(before - FileCopy.size(root.folder())).as("bytes given back").isGreaterThan(30 << 20);
    }

    @Test
    void historyOutlivesARestartAndEndsWhenToldTo() throws Exception {
        Cluster root = rootWithHistory();
        Lsn lsn = Sql.insertLsn(root);
        Sql.run(root, "CREATE TABLE t ()");
        root.suspend();
        root.start(Duration.ofSeconds(30));
        Sql.run(root, "CHECKPOINT");
        assertThat(Sql.ask(storage.branch(root, "br-old", BranchPoint.at(lsn)), "SELECT to_regclass('t')"))
                .isNull();

        root.history().forget();

        assertThat(root.history().isKept()).isFalse();
        assertThat(root.folder().resolve("history")).doesNotExist();
        assertThat(Sql.ask(root, "SELECT count(*) FROM pg_replication_slots")).isEqualTo("0");
        assertThat(Sql.ask(storage.branch(root, "br-new"), "SELECT to_regclass('t')"))
                .isEqualTo("t");
    }

    @Test
    void copyIsMadeOfTheBaseAndLittleLog() throws Exception {
        Cluster root = rootWithHistory();
        Cluster branch = storage.branch(root, "br-branch");
        try (Stream<String> log = Files.lines(branch.folder().resolve("postgres.log"))) {
            assertThat(log).anyMatch(line -> line.contains("recovery stopping before WAL location"));
        }
    }

    @Test
    void sizeIsWhatPostgresSaysAlsoWhileAsleep() throws Exception {
        Cluster root = rootWithHistory();
        Sql.run(
                root,
                "CREATE TABLE big AS SELECT repeat('x', 500) FROM generate_series(1, 10000)",
                "CREATE DATABASE more");
        long size = Long.parseLong(Sql.ask(root, "SELECT sum(pg_database_size(oid)) FROM pg_database"));
        // it may be a second old
        Await.until("a size of " + size, () -> root.logicalSizeBytes() == size);
        root.suspend();
        assertThat(root.logicalSizeBytes()).isGreaterThan(5_000_000).isCloseTo(size, withPercentage(5));
    }
}
