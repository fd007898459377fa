package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Money that moves between accounts without pause. A transfer takes its number from a row that it holds until it has
 * committed: so the journal is numbered in the order of the commits, without gaps.
 */
final class Bank implements AutoCloseable {
    private static final int ACCOUNTS = 200;
    private static final int TELLERS = 3;

    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicLong committed = new AtomicLong();
    private final ExecutorService threads = Executors.newFixedThreadPool(TELLERS);
    private final List<Future<?>> tellers = new ArrayList<>();

    static void open(Cluster cluster) throws SQLException {
        Sql.run(
                cluster,
                // nobody else commits, so that times are in the order of the log
                "ALTER SYSTEM SET autovacuum = off",
                "CREATE EXTENSION pg_walinspect",
                "CREATE TABLE account AS SELECT id, 100::bigint AS balance FROM generate_series(1, " + ACCOUNTS
                        + ") id",
                "CREATE UNIQUE INDEX ON account (id)",
                "CREATE TABLE head AS SELECT 0 AS n",
                "CREATE TABLE journal (n int, xid xid, payer int, payee int, amount bigint)");
        cluster.suspend();
        cluster.start(Duration.ofSeconds(30));
    }

    /** Lets the tellers work in the cluster until close. */
    Bank(Cluster cluster, long seed) {
        for (int i = 0; i < TELLERS; i++) {
            long own = seed + i;
            tellers.add(threads.submit(() -> work(cluster, new SplittableRandom(own))));
        }
    }

    private Void work(Cluster cluster, SplittableRandom random) throws SQLException {
        try (Connection connection = cluster.connect(Sql.DATABASE);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!done.get()) {
                int payer = 1 + random.nextInt(ACCOUNTS);
                int payee = 1 + random.nextInt(ACCOUNTS);
                int amount = 1 + random.nextInt(20);
                statement.execute("WITH number AS (UPDATE head SET n = n + 1 RETURNING n)"
                        + " INSERT INTO journal SELECT n, pg_current_xact_id()::xid, " + payer + ", " + payee + ", "
                        + amount + " FROM number");
                statement.execute("UPDATE account SET balance = balance - " + amount + " WHERE id = " + payer);
                statement.execute("UPDATE account SET balance = balance + " + amount + " WHERE id = " + payee);
                connection.commit();
                committed.incrementAndGet();
            }
        }
        return null;
    }

    long committed() {
        return committed.get();
    }

    void awaitTransfers(long more) throws Exception {
        long wanted = committed.get() + more;
        Await.until(wanted + " transfers", () -> committed.get() >= wanted);
    }

    /** Whole transfers only, the first ones without a gap; returns how many. */
    static long audit(Cluster cluster) throws SQLException {
        assertThat(Sql.ask(cluster, "SELECT sum(balance) FROM account"))
                .as("money on %s", cluster.uid())
                .isEqualTo(Integer.toString(100 * ACCOUNTS));
        assertThat(Sql.ask(
                        cluster,
                        "SELECT count(*) FROM account LEFT JOIN (SELECT id, sum(change) AS change FROM ("
                                + "SELECT payee AS id, amount AS change FROM journal UNION ALL"
                                + " SELECT payer, -amount FROM journal) changes GROUP BY id) moved USING (id)"
                                + " WHERE balance <> 100 + coalesce(change, 0)"))
                .as("accounts on %s that do not match the journal", cluster.uid())
                .isEqualTo("0");
        String journal = Sql.ask(
                cluster, "SELECT count(*) || ' ' || coalesce(max(n), 0) || ' ' || (SELECT n FROM head) FROM journal");
        String[] counts = journal.split(" ");
        assertThat(counts)
                .as("count, last number and head on %s", cluster.uid())
                .containsOnly(counts[0]);
        return Long.parseLong(counts[0]);
    }

    /** Ends the load; a teller that failed fails the test. */
    @Override
    public void close() throws Exception {
        done.set(true);
        threads.shutdown();
        for (Future<?> teller : tellers) {
            teller.get();
        }
    }
}
