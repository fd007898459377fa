package dev.lakebase.client.internal;

import dev.lakebase.client.Operation;
import dev.lakebase.client.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** An operation that begins after preparations, which go on by themselves whether anybody waits for them or not. */
public final class StagedOperation<T> implements Operation<T> {
    /** How often a listener hears that the preparations still go on. */
    private static final Duration TICK = Duration.ofSeconds(1);

    /** No time-out is zero. */
    private static final Duration LEAST = Duration.ofMillis(1);

    private final String name;
    private final String what;
    private final CompletableFuture<Operation<T>> prepared;
    private final Supplier<String> stage;
    private final TimeSource time;

    public StagedOperation(
            String name,
            String what,
            CompletableFuture<Operation<T>> prepared,
            Supplier<String> stage,
            TimeSource time) {
        this.name = name;
        this.what = what;
        this.prepared = prepared;
        this.stage = stage;
        this.time = time;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public T await(Duration timeout, Consumer<Progress> listener) {
        long started = time.nanoTime();
        CompletableFuture<Operation<T>> waiting = prepared.copy();
        tick(waiting, new ProgressReport(name, listener, time));
        Operation<T> operation;
        try {
            operation = Waits.get(
                    prepared,
                    timeout,
                    time,
                    what,
                    () -> "It is at: " + stage.get() + ". It goes on by itself: wait again, or look later.");
        } finally {
            waiting.cancel(false);
        }
        Duration left = timeout.minusNanos(time.nanoTime() - started);
        return operation.await(left.compareTo(LEAST) < 0 ? LEAST : left, listener);
    }

    private void tick(CompletableFuture<?> waiting, ProgressReport report) {
        if (waiting.isDone()) {
            return;
        }
        report.tell(stage.get());
        TimeSource.Cancellable next = time.schedule(TICK, () -> tick(waiting, report));
        Waits.whenDone(waiting, (value, failure) -> next.cancel());
    }

    @Override
    public CompletableFuture<T> toCompletableFuture() {
        CompletableFuture<T> result = new CompletableFuture<>();
        Waits.whenDone(prepared, (operation, failure) -> {
            if (failure != null) {
                result.completeExceptionally(Waits.failure(failure));
            } else if (!result.isDone()) {
                CompletableFuture<T> future = operation.toCompletableFuture();
                Waits.whenDone(result, (value, end) -> future.cancel(false)); // stops the polling
                Waits.whenDone(future, (value, end) -> {
                    if (end == null) {
                        result.complete(value);
                    } else {
                        result.completeExceptionally(end);
                    }
                });
            }
        });
        return result;
    }
}
