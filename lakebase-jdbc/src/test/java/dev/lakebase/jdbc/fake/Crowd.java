package dev.lakebase.jdbc.fake;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;

/** Threads that borrow at the same moment, validate and give back. */
public final class Crowd implements AutoCloseable {
    private final int size;
    private final List<Thread> threads = new ArrayList<>();

    public Crowd(int size) {
        this.size = size;
    }

    public List<Future<Void>> borrowAtOnce(DataSource dataSource) throws InterruptedException {
        var ready = new CountDownLatch(size);
        var go = new CountDownLatch(1);
        var outcomes = new ArrayList<Future<Void>>();
        for (int i = 0; i < size; i++) {
            var task = new FutureTask<Void>(() -> {
                ready.countDown();
                go.await();
                try (Connection connection = dataSource.getConnection()) {
                    if (!connection.isValid(5)) {
                        throw new SQLException("a dead connection was handed out");
                    }
                }
                return null;
            });
            outcomes.add(task);
            var thread = new Thread(task, "borrower-" + i);
            threads.add(thread);
            thread.start();
        }
        ready.await();
        go.countDown();
        return outcomes;
    }

    public void interrupt(int number) {
        threads.get(number).interrupt();
    }

    /** Waits until the condition holds, at most 20 s. */
    public static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the condition did not come true within 20 s");
            }
            Thread.onSpinWait();
        }
    }

    /** Borrows, validates and gives back once. */
    public static boolean canBorrow(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection()) {
            return connection.isValid(5);
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public void close() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(20));
        }
    }
}
