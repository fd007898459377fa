package dev.lakebase.jdbc.soak;

import dev.lakebase.jdbc.LakebaseDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A thread that borrows, asks and gives back until it is told to leave, and what it met. */
final class Customer extends Thread {
    /** Something that went wrong, or took too long. */
    record Complaint(Customer by, long began, long ended, SQLException why) {
        /** Its SQLState, or what HikariCP says without one. */
        String kind() {
            String message = String.valueOf(why.getMessage());
            return message.contains("request timed out")
                    ? "timed out"
                    : why.getSQLState() == null ? message : why.getSQLState();
        }

        @Override
        public String toString() {
            return String.format("%s after %.2f s: %s", by.getName(), (ended - began) / 1e9, why);
        }
    }

    private final LakebaseDataSource pool;
    private final Random random;
    private final Queue<Complaint> complaints = new ConcurrentLinkedQueue<>();
    private final AtomicInteger served = new AtomicInteger();
    private volatile boolean leaving;
    private volatile long longestNanos;

    Customer(LakebaseDataSource pool, int number, long seed) {
        super("customer " + number + " of " + pool.getPoolName());
        this.pool = pool;
        this.random = new Random(seed);
        setDaemon(true);
        start();
    }

    LakebaseDataSource pool() {
        return pool;
    }

    int served() {
        return served.get();
    }

    /** How long it waited for a connection or for the reason why there is none. */
    long longestMillis() {
        return TimeUnit.NANOSECONDS.toMillis(longestNanos);
    }

    Queue<Complaint> complaints() {
        return complaints;
    }

    void leave() {
        leaving = true;
    }

    @Override
    public void run() {
        while (!leaving) {
            long start = System.nanoTime();
            try {
                comeAndGo(start);
                served.incrementAndGet();
            } catch (SQLException e) {
                complaints.add(new Complaint(this, start, System.nanoTime(), e));
            }
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(1000 + random.nextInt(4000)));
        }
    }

    private void comeAndGo(long start) throws SQLException {
        Connection connection;
        try {
            connection = pool.getConnection();
        } finally {
            longestNanos = Math.max(longestNanos, System.nanoTime() - start);
        }
        try (connection;
                Statement statement = connection.createStatement()) {
            int dice = random.nextInt(1000);
            statement.execute(dice < 20 ? "SELECT pg_sleep(0.05)" : "SELECT 1");
            if (dice > 990) {
                pool.evictConnection(connection);
            }
        }
    }
}
