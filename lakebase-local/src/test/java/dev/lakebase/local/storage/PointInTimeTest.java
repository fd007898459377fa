package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Branches at moments of a parent's life, under load. */
class PointInTimeTest {
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
        long firstLsn = Sql.insertLsn(cluster).value();
        Instant firstTime = Sql.serverTime(cluster);
        List<Note> notes = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            load.awaitTransfers(200);
            Lsn lsn = new Lsn(random.nextLong(firstLsn, Sql.insertLsn(cluster).value()));
            notes.add(branchAt(BranchPoint.at(lsn), cluster));
            long micros = firstTime.until(Sql.serverTime(cluster), ChronoUnit.MICROS);
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
}
