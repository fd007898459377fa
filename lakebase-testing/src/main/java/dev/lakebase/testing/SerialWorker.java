package dev.lakebase.testing;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.platform.commons.JUnitException;

/** One daemon thread that does what it is given, in order; no test's, whoever needs it first. */
final class SerialWorker implements AutoCloseable {
    private final ThreadPoolExecutor thread;

    SerialWorker(String name) {
        thread = new ThreadPoolExecutor(0, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread made = new Thread(null, task, name, 0, false);
            made.setDaemon(true);
            return made;
        });
    }

    /** Does it after all that was given before, and does not wait for it. */
    CompletableFuture<Void> later(Runnable work) {
        return CompletableFuture.runAsync(work, thread);
    }

    void run(Duration longest, String what, Runnable work) {
        await(later(work), longest, what);
    }

    /** Waits; what was thrown there is thrown here. */
    private static void await(CompletableFuture<Void> result, Duration longest, String what) {
        try {
            result.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JUnitException("Interrupted while " + what, e);
        } catch (TimeoutException e) {
            throw new JUnitException("Gave up " + what + " after " + longest, e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            while (cause instanceof CompletionException && cause.getCause() != null) {
                cause = cause.getCause();
            }
            if (cause instanceof RuntimeException failure) {
                throw failure;
            }
            throw new JUnitException("Failed at " + what, cause);
        }
    }

    /** Ends what is under way: the branch that it works on is about to be deleted. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
