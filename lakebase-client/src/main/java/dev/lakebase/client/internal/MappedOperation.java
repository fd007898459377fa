package dev.lakebase.client.internal;

import dev.lakebase.client.Operation;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** An operation whose result is made of another's. */
public record MappedOperation<S, T>(Operation<S> operation, Function<S, T> function) implements Operation<T> {
    @Override
    public String name() {
        return operation.name();
    }

    @Override
    public T await(Duration timeout, Consumer<Progress> listener) {
        return function.apply(operation.await(timeout, listener));
    }

    @Override
    public CompletableFuture<T> toCompletableFuture() {
        CompletableFuture<S> future = operation.toCompletableFuture();
        CompletableFuture<T> result = future.thenApply(function);
        Waits.whenDone(result, (value, failure) -> future.cancel(false)); // stops the polling
        return result;
    }
}
