package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Money moves between accounts while branches are taken: no branch may see half a transfer. */
class TransferLoadTest {

    private static final int ACCOUNTS = 1000;
    private static final int WRITERS = 4;
    private static final int BRANCHES = 6;

    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicLong committed = new AtomicLong();

    @Test
    void everyBranchTakenUnderLoadHoldsWholeTransfersOnly() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try (Storage storage = Storage.open(null, line -> {})) {
            Cluster bank = storage.createRoot("br-bank");
            Sql.run(
                    bank,
                    "CREATE TABLE account AS SELECT id, 100::bigint AS balance, repeat('x', 200) AS filler"
                            + " FROM generate_series(1, " + ACCOUNTS + ") id",
                    "CREATE UNIQUE INDEX ON account (id)",
                    "CREATE TABLE journal (payer int, payee int, amount bigint)");
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                long seed = i;
                writers.add(threads.submit(() -> transfer(bank, seed)));
            }
            try {
                long seenBefore = 0;
                for (int i = 0; i < BRANCHES; i++) {
                    awaitTransfers(committed.get() + 50);
                    long committedBefore = committed.get();
                    Cluster branch = storage.branch(bank, "br-audit-" + i);
                    long seen = audit(branch);
                    // whatever was committed before the call is in the copy, and nothing of a later time alone
                    assertThat(seen).isGreaterThanOrEqualTo(committedBefore).isGreaterThan(seenBefore);
                    seenBefore = seen;
                    storage.delete(branch);
                }
            } finally {
                done.set(true);
            }
            for (Future<?> writer : writers) {
                writer.get(); // the parent served all the while
            }
            assertThat(audit(bank)).isEqualTo(committed.get());
        } finally {
            done.set(true);
            threads.shutdown();
        }
    }

    /** The sum is what it was at first, and the balances are what the journal says; returns the transfers seen. */
    private static long audit(Cluster cluster) throws Exception {
        assertThat(Sql.ask(cluster, "SELECT sum(balance) FROM account"))
                .as("sum of all balances on %s", cluster.uid())
                .isEqualTo(Long.toString(100L * ACCOUNTS));
        assertThat(Sql.ask(
                        cluster,
                        "SELECT count(*) FROM account LEFT JOIN (SELECT id, sum(change) AS change FROM ("
                                + "SELECT payee AS id, amount AS change FROM journal UNION ALL"
                                + " SELECT payer, -amount FROM journal) changes GROUP BY id) moved USING (id)"
                                + " WHERE balance <> 100 + coalesce(change, 0)"))
                .as("accounts on %s that do not match the journal", cluster.uid())
                .isEqualTo("0");
        // reads every page, and so verifies every checksum
        assertThat(Sql.ask(cluster, "SELECT count(*) FROM account WHERE length(filler) = 200"))
                .isEqualTo(Integer.toString(ACCOUNTS));
        return Long.parseLong(Sql.ask(cluster, "SELECT count(*) FROM journal"));
    }

    private Void transfer(Cluster bank, long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        try (Connection connection = bank.connect(Sql.DATABASE);
                PreparedStatement move =
                        connection.prepareStatement("UPDATE account SET balance = balance + ? WHERE id = ?");
                PreparedStatement note = connection.prepareStatement("INSERT INTO journal VALUES (?, ?, ?)")) {
            connection.setAutoCommit(false);
            while (!done.get()) {
                int one = 1 + random.nextInt(ACCOUNTS);
                int other = 1 + random.nextInt(ACCOUNTS);
                if (one == other) {
                    continue;
                }
                long amount = 1L + random.nextInt(20);
                boolean up = one < other;
                // in the order of ids, so that no two transfers wait for each other
                move(move, Math.min(one, other), up ? -amount : amount);
                move(move, Math.max(one, other), up ? amount : -amount);
                note.setInt(1, one);
                note.setInt(2, other);
                note.setLong(3, amount);
                note.executeUpdate();
                connection.commit();
                committed.incrementAndGet();
            }
        }
        return null;
    }

    private static void move(PreparedStatement move, int id, long amount) throws Exception {
        move.setLong(1, amount);
        move.setInt(2, id);
        move.executeUpdate();
    }

    private void awaitTransfers(long count) throws Exception {
        Await.until(count + " transfers", () -> committed.get() >= count);
    }
}
