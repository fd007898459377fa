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
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PointInTimeTest {
    private static final Instant ANY_AGE = Instant.EPOCH;

    private static Storage storage;

    private Cluster root;

    @BeforeAll
    static void open() {
        storage = Storage.open(null, line -> {});
    }

    @AfterAll
    static void close() {
        storage.close();
    }

    @BeforeEach
    void createRoot() {
        root = storage.createRoot("br-root");
        root.history().keep(true);
    }

    @AfterEach
    void deleteAll() {
        storage.clusters().values().forEach(storage::delete);
    }

    @Test
    void branchesHoldExactlyWhatWasCommittedUpToRandomPoints() throws Exception {
        randomPoints(3, 3);
    }

    @Test
    @Tag("soak")
    void branchesHoldExactlyWhatWasCommittedUpToManyRandomPoints() throws Exception {
        int points = Integer.getInteger("points", 20);
        randomPoints(points, points);
    }

    private void randomPoints(int onRoot, int onGrandchild) throws Exception {
        long seed = new SplittableRandom().nextLong();
        System.out.println("PointInTimeTest: seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Cluster bank = storage.createRoot("br-bank");
        Bank.open(bank);
        bank.history().keep(true);
        branchAndCheck(bank, onRoot, random);
        Cluster child = storage.branch(bank, "br-child");
        child.history().keepAsBranchOf(bank);
        Cluster grandchild = storage.branch(child, "br-grandchild");
        grandchild.history().keepAsBranchOf(child);
        branchAndCheck(grandchild, onGrandchild, random);
    }

    /** What a branch was found to hold, for a check when the load has stopped: the log is long by then, and read once. */
    private record Note(BranchPoint point, long transfers, Origin origin) {
        void check(TransactionLog log, SoftAssertions softly) {
            Lsn lsn = point.lsn();
            softly.assertThat(transfers).as("transfers up to %s", point).isEqualTo(expected(log));
            softly.assertThat(transfers)
                    .as("transfers of the branch at %s, up to its %s", point, origin)
                    .isEqualTo(log.committedUpTo(origin.lsn()));
            if (lsn != null) {
                softly.assertThat(origin.lsn()).as("asked for %s", point).isLessThanOrEqualTo(lsn);
                softly.assertThat(origin.time())
                        .as("last commit of the branch at %s, of %s", point, origin)
                        .isEqualTo(log.lastCommit(origin.lsn()));
            } else if (point.time() != null) {
                softly.assertThat(origin.time()).as("asked for %s", point).isEqualTo(point.time());
            }
        }

        private long expected(TransactionLog log) {
            return point.lsn() != null
                    ? log.committedUpTo(point.lsn())
                    : log.committedUpTo(point.time() != null ? point.time() : origin.time());
        }
    }

    private void branchAndCheck(Cluster cluster, int points, SplittableRandom random) throws Exception {
        List<Note> notes;
        try (Bank load = new Bank(cluster, random.nextLong())) {
            notes = branchUnderLoad(cluster, load, points, random);
        }
        TransactionLog log = TransactionLog.of(cluster);
        SoftAssertions.assertSoftly(softly -> notes.forEach(note -> note.check(log, softly)));
    }

    /** At as many LSNs as times, in the life of the cluster since now, and at last at the present. */
    private static List<Note> branchUnderLoad(Cluster cluster, Bank load, int points, SplittableRandom random)
            throws Exception {
        load.awaitTransfers(20);
        long firstLsn = insertLsn(cluster).value();
        Instant firstTime = serverTime(cluster);
        List<Note> notes = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            load.awaitTransfers(200);
            Lsn lsn = new Lsn(random.nextLong(firstLsn, insertLsn(cluster).value()));
            notes.add(branchAt(BranchPoint.at(lsn), cluster));
            long micros = firstTime.until(serverTime(cluster), ChronoUnit.MICROS);
            Instant time = firstTime.plus(random.nextLong(micros), ChronoUnit.MICROS);
            notes.add(branchAt(BranchPoint.at(time), cluster));
        }
        notes.add(branchAt(BranchPoint.now(), cluster));
        return notes;
    }

    private static Note branchAt(BranchPoint point, Cluster cluster) throws Exception {
        cluster.history().requireRestorable(point, ANY_AGE);
        Cluster branch = storage.branch(cluster, cluster.uid() + "-at-a-point", point);
        try {
            return new Note(point, Bank.audit(branch), branch.origin());
        } catch (AssertionError e) {
            throw new AssertionError("branch at " + point + ": " + e.getMessage(), e);
        } finally {
            storage.delete(branch);
        }
    }

    @Test
    void branchThatIsACopyOfThePresentSaysUpToWhenItHasAll() throws Exception {
        Cluster bank = storage.createRoot("br-bank"); // without a base, so that its files are copied
        Bank.open(bank);
        long seed = new SplittableRandom().nextLong();
        System.out.println("PointInTimeTest: seed " + seed);
        try (Bank load = new Bank(bank, seed)) {
            for (int i = 0; i < 4; i++) {
                load.awaitTransfers(20);
                Cluster copy = storage.branch(bank, "br-copy-" + i);
                assertThat(Bank.audit(copy))
                        .isEqualTo(TransactionLog.of(bank)
                                .committedUpTo(copy.origin().time()));
            }
        }
    }

    private static Lsn insertLsn(Cluster cluster) throws Exception {
        return Lsn.parse(Sql.ask(cluster, "SELECT pg_current_wal_insert_lsn()"));
    }

    private static Instant serverTime(Cluster cluster) throws Exception {
        return Instant.parse(Sql.ask(cluster, "SELECT " + ServerTime.now()));
    }

    @Test
    void idleParentCanBeBranchedAtAnyOfItsMoments() throws Exception {
        Sql.run(root, "CREATE TABLE t AS SELECT 1 AS n");
        Lsn lsn = insertLsn(root);
        Instant time = serverTime(root);
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
        Sql.run(root, "CREATE TABLE t AS SELECT 1 AS n");
        Cluster child = storage.branch(root, "br-child");
        child.history().keepAsBranchOf(root);
        Instant birth = serverTime(child);
        try (Stream<Path> files = Files.walk(child.kept().newest().data().resolve("base"))) {
            List<Path> own = files.filter(Files::isRegularFile)
                    .filter(PointInTimeTest::isThereOnce)
                    .toList();
            assertThat(own).as("what has changed since").hasSizeBetween(1, 100);
        }
        Sql.run(child, "UPDATE t SET n = 2", "VACUUM FULL pg_class", "CHECKPOINT");

        storage.delete(root);

        Cluster then = storage.branch(child, "br-then", BranchPoint.at(birth));
        assertThat(Sql.ask(then, "SELECT n FROM t")).isEqualTo("1");
        assertThat(Sql.ask(storage.branch(child, "br-now"), "SELECT n FROM t")).isEqualTo("2");
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
        Instant now = serverTime(root);
        Lsn end = insertLsn(root);
        assertRefused(BranchPoint.at(new Lsn(end.value() + 100_000)), ANY_AGE, "in the future");
        assertRefused(BranchPoint.at(new Lsn(16)), ANY_AGE, "older than the history");
        assertRefused(BranchPoint.at(now), now.plusSeconds(1), "older than the history");
        root.history().requireRestorable(BranchPoint.at(end), now.plusSeconds(1)); // nothing has come after it

        Sql.run(root, "CREATE TABLE later ()");
        assertRefused(BranchPoint.at(end), now.plusSeconds(60), "older than the history");
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

    private void assertRefused(BranchPoint point, Instant windowStart, String message) {
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
        Sql.run(root, "CREATE TABLE t AS SELECT 1 AS n");
        Instant early = serverTime(root);
        for (int round = 0; round < 2; round++) {
            Sql.run(root, "INSERT INTO t SELECT 2 FROM generate_series(1, 200000)");
            root.history().tend(ANY_AGE);
        }
        assertThat(root.kept().newest()).isNotEqualTo(root.kept().birth());
        assertThat(Sql.ask(storage.branch(root, "br-early", BranchPoint.at(early)), "SELECT count(*) FROM t"))
                .as("from the first base")
                .isEqualTo("1");
        Instant late = serverTime(root);
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
        Lsn lsn = insertLsn(root);
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
        Cluster branch = storage.branch(root, "br-branch");
        try (Stream<String> log = Files.lines(branch.folder().resolve("postgres.log"))) {
            assertThat(log).anyMatch(line -> line.contains("recovery stopping before WAL location"));
        }
    }

    @Test
    void sizeIsWhatPostgresSaysAlsoWhileAsleep() throws Exception {
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
