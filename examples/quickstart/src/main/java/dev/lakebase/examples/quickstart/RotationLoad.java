package dev.lakebase.examples.quickstart;

import com.zaxxer.hikari.HikariDataSource;
import dev.lakebase.client.credential.CredentialCache;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;

/**
 * Borrowers that never stop while tokens come and go. A token counts at login only, so the pool is told to renew its
 * connections all the time, and a token counts as used once a login happened while it was the current one.
 */
final class RotationLoad {
    private static final int BORROWERS = 8;
    private static final String QUERY = """
            select (select count(*) from purchase where customer_id = 42), backend_start
              from pg_stat_activity where pid = pg_backend_pid()
            """;
    private static final Duration RENEWAL = Duration.ofMillis(250);

    private final HikariDataSource dataSource;
    private final CredentialCache credentials;
    private final Set<Instant> tokensUsed = ConcurrentHashMap.newKeySet();
    private final AtomicLong slowestBorrowNanos = new AtomicLong();
    private final AtomicLong queries = new AtomicLong();
    private final LongAccumulator latestLoginMillis = new LongAccumulator(Math::max, 0);

    RotationLoad(HikariDataSource dataSource, CredentialCache credentials) {
        this.dataSource = dataSource;
        this.credentials = credentials;
    }

    /** What the load saw; a failed borrow or query is thrown instead. */
    record Outcome(int tokens, long queries, Duration slowestBorrow) {}

    Outcome runUntil(int tokens, Duration limit) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        var threads = Executors.newFixedThreadPool(BORROWERS);
        try {
            List<Future<?>> borrowers = new ArrayList<>();
            for (int i = 0; i < BORROWERS; i++) {
                borrowers.add(threads.submit(() -> {
                    while (tokensUsed.size() < tokens && System.nanoTime() < deadline) {
                        borrowOnce();
                    }
                    return null;
                }));
            }
            while (borrowers.stream().anyMatch(borrower -> !borrower.isDone())) {
                Instant token = currentToken();
                long seen = System.currentTimeMillis();
                dataSource.getHikariPoolMXBean().softEvictConnections();
                Thread.sleep(RENEWAL.toMillis());
                if (latestLoginMillis.get() > seen && currentToken().equals(token)) {
                    tokensUsed.add(token);
                }
            }
            for (Future<?> borrower : borrowers) {
                borrower.get();
            }
        } finally {
            threads.shutdownNow();
        }
        return new Outcome(tokensUsed.size(), queries.get(), Duration.ofNanos(slowestBorrowNanos.get()));
    }

    private Instant currentToken() {
        return credentials.get(Duration.ofSeconds(10)).mintedAt();
    }

    private void borrowOnce() throws SQLException {
        long begin = System.nanoTime();
        try (Connection connection = dataSource.getConnection()) {
            slowestBorrowNanos.accumulateAndGet(System.nanoTime() - begin, Math::max);
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(QUERY)) {
                row.next();
                latestLoginMillis.accumulate(row.getTimestamp(2).getTime());
                queries.incrementAndGet();
            }
        }
    }
}
