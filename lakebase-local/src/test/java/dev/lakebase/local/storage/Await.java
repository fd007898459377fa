package dev.lakebase.local.storage;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition, for a bounded time. */
final class Await {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private Await() {}

    static void until(String what, Callable<Boolean> condition) throws Exception {
        until(() -> what, condition);
    }

    static void until(Supplier<String> what, Callable<Boolean> condition) throws Exception {
        until(LIMIT, what, condition);
    }

    static void until(Duration limit, Supplier<String> what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + limit.toSeconds() + " s: " + what.get());
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
