package dev.lakebase.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lakebase.client.ErrorDetails;
import dev.lakebase.client.TimeSource;
import dev.lakebase.client.UnavailableException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/** Calls with a deadline: sends, repeats what may be repeated, reads the answer, or fails as one of the family. */
public final class Transport implements AutoCloseable {
    private final Wire wire;
    private final TimeSource time;
    private final RandomGenerator random;
    private final Set<Exchange<?>> underWay = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public Transport(Wire wire, TimeSource time, RandomGenerator random) {
        this.wire = wire;
        this.time = time;
        this.random = random;
    }

    /** Makes a value of an answer; throws {@link Json.MalformedAnswer} if that can't be done. */
    public interface Reader<T> {
        T read(JsonNode body, Answer answer);
    }

    /**
     * Starts the call; never blocks. The future is done by the deadline at the latest; cancelling it gives the call up.
     */
    public <T> CompletableFuture<T> send(Call call, Duration timeout, Reader<T> reader) {
        if (closed) {
            return CompletableFuture.failedFuture(closed(call));
        }
        Exchange<T> exchange = new Exchange<>(wire, time, random, call, timeout, reader);
        underWay.add(exchange);
        CompletableFuture<T> result = exchange.start();
        Waits.whenDone(result, (value, failure) -> underWay.remove(exchange));
        if (closed) {
            exchange.fail(closed(call));
        }
        return result;
    }

    public TimeSource time() {
        return time;
    }

    public RandomGenerator random() {
        return random;
    }

    private static UnavailableException closed(Call call) {
        return new UnavailableException(
                call.method() + " for " + call.resource() + " was given up: the client is closed.",
                ErrorDetails.of(call.resource()),
                null,
                false);
    }

    /** Fails what is under way. */
    @Override
    public void close() {
        closed = true;
        for (Exchange<?> exchange : underWay) {
            exchange.fail(closed(exchange.call()));
        }
        wire.close();
    }
}
