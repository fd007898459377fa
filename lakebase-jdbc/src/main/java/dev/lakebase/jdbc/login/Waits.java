package dev.lakebase.jdbc.login;

import dev.lakebase.client.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** Interruptible waits whose deadline is kept by the injected clock. */
final class Waits {
    private Waits() {}

    static void sleep(TimeSource time, Duration duration) throws InterruptedException {
        var bell = new CompletableFuture<Void>();
        TimeSource.Cancellable alarm = time.schedule(duration, () -> bell.complete(null));
        try {
            bell.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // nobody completes it exceptionally
        } finally {
            alarm.cancel();
        }
    }

    /**
     * Waits until {@code future} is done or {@code deadline}, a value of {@link TimeSource#nanoTime()}, has passed. Leaves
     * the future alone in both cases.
     */
    static <T> T await(TimeSource time, CompletableFuture<T> future, long deadline)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (!future.isDone()) {
            long remaining = deadline - time.nanoTime();
            if (remaining <= 0) {
                throw new TimeoutException();
            }
            var bell = new CompletableFuture<Void>();
            var unused = future.whenComplete((value, failure) -> bell.complete(null));
            TimeSource.Cancellable alarm = time.schedule(Duration.ofNanos(remaining), () -> bell.complete(null));
            try {
                bell.get();
            } finally {
                alarm.cancel();
            }
            if (!future.isDone()) {
                throw new TimeoutException();
            }
        }
        return future.get();
    }
}
