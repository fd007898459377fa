package dev.lakebase.client.internal;

import dev.lakebase.client.ErrorDetails;
import dev.lakebase.client.Operation;
import dev.lakebase.client.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** An operation that is watched by asking again and again. What one wait found out, all others know. */
public final class Poller<T> implements Operation<T> {
    private final String name;
    private final String resource;
    private final Supplier<CompletableFuture<Step<T>>> poll;
    private final TimeSource time;
    private final RandomGenerator random;
    private final CompletableFuture<T> outcome = new CompletableFuture<>();

    /**
     * An operation that nobody watches yet.
     *
     * @param poll asks once; never blocks
     */
    public Poller(
            String name,
            String resource,
            Supplier<CompletableFuture<Step<T>>> poll,
            TimeSource time,
            RandomGenerator random) {
        this.name = name;
        this.resource = resource;
        this.poll = poll;
        this.time = time;
        this.random = random;
    }

    /**
     * What one poll found.
     *
     * @param value the result, or null if it is not there yet
     * @param seen the state, for the message of a wait that ends too early
     */
    public record Step<T>(@Nullable T value, String seen) {
        public static <T> Step<T> done(T value) {
            return new Step<>(value, "done");
        }

        public static <T> Step<T> pending(String seen) {
            return new Step<>(null, seen);
        }
    }

    /** An operation that is over already. */
    public static <T> Operation<T> done(String name, T value) {
        CompletableFuture<T> done = CompletableFuture.completedFuture(value);
        return new Operation<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public T await(Duration timeout, Consumer<Progress> listener) {
                Waits.requirePositive(timeout, "The timeout of await");
                return value;
            }

            @Override
            public CompletableFuture<T> toCompletableFuture() {
                return done.copy();
            }
        };
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public T await(Duration timeout, Consumer<Progress> listener) {
        Waits.requirePositive(timeout, "The timeout of await");
        return Waits.join(begin(timeout, listener), name + " of " + resource);
    }

    @Override
    public CompletableFuture<T> toCompletableFuture() {
        return begin(null, progress -> {});
    }

    private CompletableFuture<T> begin(@Nullable Duration timeout, Consumer<Progress> listener) {
        if (outcome.isDone()) {
            return outcome.copy();
        }
        CompletableFuture<T> result =
                new PollLoop<>(name, ErrorDetails.of(resource), poll, time, random, timeout, listener).start();
        Waits.whenDone(result, (value, failure) -> {
            if (failure == null) {
                outcome.complete(value);
            } else if (PollLoop.endsTheOperation(failure)) {
                outcome.completeExceptionally(failure);
            }
        });
        return result;
    }
}
