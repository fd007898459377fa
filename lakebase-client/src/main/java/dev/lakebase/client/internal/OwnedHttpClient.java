package dev.lakebase.client.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.http.HttpClient;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * An HTTP client of the JDK's that ends with its owner. JDK 17 has no way to close one: its selector thread would wait for the
 * garbage collector, in native code, for which a JVM that ends waits 300 ms.
 */
final class OwnedHttpClient implements AutoCloseable {
    /** The selector's alone: it inherits the group, as the class loader, of the thread that makes the client. */
    private final ThreadGroup selector = new ThreadGroup("lakebase-http-selector");

    private final HttpClient client;

    OwnedHttpClient(HttpClient.Builder settings) {
        client =
                CompletableFuture.supplyAsync(settings::build, this::startMaker).join();
    }

    private void startMaker(Runnable task) {
        DaemonThreads.thread(selector, "lakebase-http-maker", task).start();
    }

    HttpClient client() {
        return client;
    }

    /**
     * What an exchange failed with. {@code send} wraps what goes wrong on the client's threads in an IOException of the same
     * message, errors of this program as well, which are not the network's; and making the client wraps the want of file
     * descriptors, say, which passes.
     */
    static Throwable failure(Throwable thrown) {
        Throwable failure = Waits.unwrap(thrown);
        Throwable cause = failure.getClass() == IOException.class ? failure.getCause() : null;
        if (cause instanceof Error || cause instanceof RuntimeException || cause instanceof IOException) {
            failure = cause;
        }
        return failure instanceof UncheckedIOException io ? Objects.requireNonNull(io.getCause()) : failure;
    }

    /** Fails what is under way. Idempotent. */
    @Override
    public void close() {
        if (client instanceof AutoCloseable) { // JDK 21 and later
            shutdownNow();
        } else {
            selector.interrupt();
        }
    }

    private void shutdownNow() {
        try {
            MethodHandles.publicLookup()
                    .findVirtual(HttpClient.class, "shutdownNow", MethodType.methodType(void.class))
                    .invoke(client);
        } catch (Throwable e) {
            if (e instanceof Error error) {
                throw error;
            }
            // then it is the garbage collector's
        }
    }
}
