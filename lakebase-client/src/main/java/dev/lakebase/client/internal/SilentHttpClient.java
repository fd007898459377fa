package dev.lakebase.client.internal;

import com.databricks.sdk.core.http.HttpClient;
import com.databricks.sdk.core.http.Request;
import com.databricks.sdk.core.http.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The HTTP client that the SDK's authentication runs on. The SDK's own waits 300 seconds, and at DEBUG both it and the
 * Apache client below it print access tokens; this one hands bodies over as streams, which the SDK does not print.
 */
final class SilentHttpClient implements HttpClient, AutoCloseable {
    /** Token services answer in a fraction of a second; callers give a call ten seconds in all by default. */
    private static final Duration TIMEOUT = Duration.ofSeconds(8);

    private final ExecutorService threads;
    private final Duration timeout;
    private final ReentrantLock lock = new ReentrantLock();

    // under the lock
    private final Map<Redirect, OwnedHttpClient> clients = new EnumMap<>(Redirect.class);
    private boolean closed;

    SilentHttpClient(ExecutorService threads) {
        this(threads, TIMEOUT);
    }

    SilentHttpClient(ExecutorService threads, Duration timeout) {
        this.threads = threads;
        this.timeout = timeout;
    }

    private java.net.http.HttpClient client(Redirect redirect) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new IOException("closed");
            }
            return clients.computeIfAbsent(
                            redirect,
                            wanted -> new OwnedHttpClient(java.net.http.HttpClient.newBuilder()
                                    .version(java.net.http.HttpClient.Version.HTTP_1_1)
                                    .connectTimeout(HttpWire.CONNECT_TIMEOUT)
                                    .followRedirects(wanted)
                                    .executor(threads)))
                    .client();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Response execute(Request in) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(in.getUri());
        for (Map.Entry<String, String> header : in.getHeaders().entrySet()) {
            request.setHeader(header.getKey(), header.getValue());
        }
        request.method(in.getMethod(), body(in));
        boolean secret = in.getHeaders().keySet().stream().anyMatch("Authorization"::equalsIgnoreCase);
        boolean follow = in.getRedirectionBehavior().orElse(!secret);
        Future<HttpResponse<byte[]>> exchange = threads.submit(() -> client(follow ? Redirect.NORMAL : Redirect.NEVER)
                .send(request.build(), HttpResponse.BodyHandlers.ofByteArray()));
        try {
            // not the request's own time-out, which ends with the headers: a body that stalls would never be given up
            HttpResponse<byte[]> response = exchange.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new Response(
                    in,
                    response.uri().toURL(),
                    response.statusCode(),
                    Integer.toString(response.statusCode()),
                    response.headers().map(),
                    new ByteArrayInputStream(response.body()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(
                    "interrupted during " + in.getMethod() + " " + in.getUri().getPath(), e);
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("no whole answer within " + timeout.toMillis() + " ms to " + in.getMethod()
                    + " " + in.getUri().getPath());
        } catch (ExecutionException e) {
            Throwable cause = OwnedHttpClient.failure(e);
            if (cause instanceof Error error) {
                throw error;
            }
            throw cause instanceof IOException known ? known : new IOException(cause);
        } finally {
            exchange.cancel(true);
        }
    }

    private static HttpRequest.BodyPublisher body(Request in) {
        if (in.isBodyStreaming()) {
            return HttpRequest.BodyPublishers.ofInputStream(in::getBodyStream);
        }
        String text = in.getBodyString();
        return text == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(text);
    }

    /** Fails what is under way. Idempotent. */
    @Override
    public void close() {
        threads.shutdown();
        List<OwnedHttpClient> made;
        lock.lock();
        try {
            closed = true;
            made = List.copyOf(clients.values());
        } finally {
            lock.unlock();
        }
        made.forEach(OwnedHttpClient::close);
    }
}
