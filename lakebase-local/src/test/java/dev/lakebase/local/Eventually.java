package dev.lakebase.local;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, bounded. */
final class Eventually {
    private Eventually() {}

    interface Check {
        void run() throws Exception;
    }

    static void eventually(Duration timeout, Check check) {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            try {
                check.run();
                return;
            } catch (Exception | AssertionError e) {
                if (System.nanoTime() - end >= 0) {
                    throw new AssertionError("not so within " + timeout + ": " + e.getMessage(), e);
                }
                LockSupport.parkNanos(10_000_000);
            }
        }
    }
}
