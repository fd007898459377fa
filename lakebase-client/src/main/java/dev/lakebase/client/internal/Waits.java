package dev.lakebase.client.internal;

import dev.lakebase.client.CallInterruptedException;
import dev.lakebase.client.ErrorDetails;
import dev.lakebase.client.InvalidArgumentException;
import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.OperationTimeoutException;
import dev.lakebase.client.TimeSource;
import dev.lakebase.client.UnavailableException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Threads that wait for futures: with a deadline by the injected clock, interruptible, failing as themselves. */
public final class Waits {
    private static final Logger log = LoggerFactory.getLogger(Waits.class);

    private Waits() {}

    /** Waits until the future, which has a deadline of its own, is done; an interruption cancels it. */
    public static <T> T join(CompletableFuture<T> future, String what) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            throw new CallInterruptedException(
                    "Interrupted while waiting for " + what + ". It may still happen.", ErrorDetails.NONE, e);
        } catch (CancellationException e) {
            throw new UnavailableException("The wait for " + what + " was cancelled.", ErrorDetails.NONE, e, false);
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    /** Waits for the future until the deadline; the future itself goes on in any case. */
    public static <T> T get(
            CompletableFuture<T> future, Duration timeout, TimeSource time, String what, Supplier<String> hint) {
        requirePositive(timeout, "The timeout of the wait for " + what);
        if (future.isDone()) {
            return join(future, what);
        }
        CompletableFuture<T> waiter = future.copy();
        TimeSource.Cancellable timer = time.schedule(
                timeout,
                () -> waiter.completeExceptionally(new OperationTimeoutException("No answer within "
                        + timeout.toMillis() + " ms while waiting for " + what + ". " + hint.get())));
        whenDone(waiter, (value, failure) -> timer.cancel());
        return join(waiter, what);
    }

    /** Pauses the thread. */
    static void pause(Duration pause, TimeSource time, String what) {
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        TimeSource.Cancellable timer = time.schedule(pause, () -> over.complete(true));
        try {
            join(over, what);
        } finally {
            timer.cancel();
        }
    }

    /** Runs the action when the future is done; nothing comes after it, so what it throws is logged. */
    public static <T> void whenDone(CompletableFuture<T> future, BiConsumer<? super T, ? super Throwable> action) {
        CompletableFuture<T> unused = future.whenComplete((value, failure) -> {
            try {
                action.accept(value, failure);
            } catch (RuntimeException | Error e) {
                log.error("A continuation failed; its wait ends with its deadline", e);
            }
        });
    }

    static Duration requirePositive(Duration duration, String setting) {
        if (duration.isNegative() || duration.isZero()) {
            throw new InvalidArgumentException(setting + " is " + duration + ": expected more than zero.");
        }
        return duration;
    }

    /** What a failed future failed with, as something to throw. Always returns, for whoever hands failures on relies on it. */
    public static LakebaseException failure(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof LakebaseException known) {
            return known;
        }
        return new UnavailableException(
                "Unexpected failure: " + Redaction.scrub(cause.toString()) + advice(cause),
                ErrorDetails.NONE,
                cause,
                false);
    }

    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static String advice(Throwable cause) {
        return cause instanceof LinkageError
                ? ". The class path lacks a class, or has it in a version that does not fit: look at what your build makes of"
                        + " the dependencies of lakebase-client (mvn dependency:tree, gradle dependencies)."
                : "";
    }
}
