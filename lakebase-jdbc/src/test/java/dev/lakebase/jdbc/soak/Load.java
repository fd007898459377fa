package dev.lakebase.jdbc.soak;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Threads that do the same again and again until they are told to stop, and what it took them. */
final class Load implements AutoCloseable {
    interface Step {
        void run() throws Exception;
    }

    private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicLong> failures = new ConcurrentHashMap<>();
    private final List<Future<?>> running = new ArrayList<>();
    private volatile boolean stopped;

    void add(int threads, Step step) {
        for (int i = 0; i < threads; i++) {
            var task = new FutureTask<Void>(
                    () -> {
                        while (!stopped) {
                            once(step);
                        }
                    },
                    null);
            running.add(task);
            var thread = new Thread(task, "load-" + i);
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void once(Step step) {
        long start = System.nanoTime();
        try {
            step.run();
        } catch (Exception e) {
            String state = e instanceof java.sql.SQLException sql ? sql.getSQLState() : null;
            failures.computeIfAbsent(state == null ? e.toString() : state, any -> new AtomicLong())
                    .incrementAndGet();
        }
        nanos.add(System.nanoTime() - start);
    }

    /** By SQLState. */
    Map<String, AtomicLong> failures() {
        return failures;
    }

    int steps() {
        return nanos.size();
    }

    double millis(double quantile) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted[(int) Math.min(sorted.length - 1, (long) (sorted.length * quantile))] / 1e6;
    }

    @Override
    public String toString() {
        return String.format(
                "%d steps, ms at 50, 99, 99.9 %% and longest: %s; failures %s",
                steps(), Arrays.toString(new double[] {millis(0.5), millis(0.99), millis(0.999), millis(1)}), failures);
    }

    @Override
    public void close() throws Exception {
        stopped = true;
        for (Future<?> each : running) {
            each.get(60, TimeUnit.SECONDS);
        }
    }
}
