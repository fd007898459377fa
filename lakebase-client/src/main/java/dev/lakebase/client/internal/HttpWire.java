package dev.lakebase.client.internal;

import dev.lakebase.client.UnauthenticatedException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Calls over java.net.http, which logs neither headers nor bodies. */
public final class HttpWire implements Wire {
    /** A connection takes milliseconds; whoever needs seconds is not there. Well under the time-out of one call. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private static final String USER_AGENT = "lakebase-java/" + version();

    private final Authenticator authenticator;
    private final ExecutorService threads = DaemonThreads.pool("lakebase-http");
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable OwnedHttpClient client; // under the lock, as the next one

    private boolean closed;

    public HttpWire(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    /** Made for the first call: it starts a thread and loads all of TLS, which an application's start need not wait for. */
    private HttpClient client() {
        lock.lock();
        try {
            if (closed) {
                throw new RejectedExecutionException("closed");
            }
            if (client == null) {
                client = new OwnedHttpClient(HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_TIMEOUT)
                        // a redirect would carry the bearer token to wherever it points
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .executor(threads));
            }
            return client.client();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public CompletableFuture<Answer> exchange(Call call) {
        CompletableFuture<Answer> result = new CompletableFuture<>();
        Waits.whenDone(authenticator.authenticate(), (authentication, failure) -> {
            if (failure != null) {
                result.completeExceptionally(Waits.unwrap(failure));
            } else if (!result.isDone()) {
                send(call, authentication, result);
            }
        });
        return result;
    }

    /** On a thread of its own: what {@code sendAsync} promises is kept by the JVM's common pool, which may be full. */
    private void send(Call call, Authenticator.Authentication authentication, CompletableFuture<Answer> result) {
        FutureTask<Answer> exchange =
                new FutureTask<>(() ->
                        answer(client().send(request(call, authentication), BodyHandlers.ofString()), authentication)) {
                    @Override
                    protected void set(Answer answer) {
                        super.set(answer); // first, so that nobody interrupts what comes after
                        result.complete(answer);
                    }

                    @Override
                    protected void setException(Throwable failure) {
                        super.setException(failure);
                        result.completeExceptionally(OwnedHttpClient.failure(failure));
                    }
                };
        Waits.whenDone(result, (answer, failure) -> exchange.cancel(true));
        try {
            threads.execute(exchange);
        } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
        }
    }

    private static HttpRequest request(Call call, Authenticator.Authentication authentication) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(authentication.host() + call.path()));
        try {
            authentication.headers().forEach(request::setHeader);
        } catch (IllegalArgumentException e) {
            // the cause is left out, for it quotes the token
            throw new UnauthenticatedException(
                    "The Databricks credentials can't be sent: they hold a line break or another character that no HTTP"
                            + " header may hold. Check DATABRICKS_TOKEN; one that was read from a file may end with the"
                            + " file's line break.");
        }
        request.setHeader("Accept", "application/json").setHeader("User-Agent", USER_AGENT);
        if (call.body() == null) {
            request.method(call.method(), HttpRequest.BodyPublishers.noBody());
        } else {
            request.setHeader("Content-Type", "application/json");
            request.method(call.method(), HttpRequest.BodyPublishers.ofString(JsonText.write(call.body())));
        }
        return request.build();
    }

    private static Answer answer(HttpResponse<String> response, Authenticator.Authentication authentication) {
        Map<String, String> headers = new HashMap<>();
        response.headers().map().forEach((name, values) -> {
            if (!values.isEmpty()) {
                headers.put(name.toLowerCase(Locale.ROOT), values.get(0));
            }
        });
        String body = response.body();
        if (response.statusCode() >= 300) {
            // error texts end up in messages: a server or proxy that echoes the caller's secret must not get it there
            for (String value : authentication.headers().values()) {
                String secret = value.substring(value.indexOf(' ') + 1);
                if (secret.length() >= 8) {
                    body = body.replace(secret, "***");
                }
            }
        }
        return new Answer(response.statusCode(), Map.copyOf(headers), body);
    }

    private static String version() {
        String version = HttpWire.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }

    @Override
    public void close() {
        authenticator.close();
        threads.shutdown();
        @Nullable OwnedHttpClient made;
        lock.lock();
        try {
            closed = true;
            made = client;
        } finally {
            lock.unlock();
        }
        if (made != null) {
            made.close();
        }
    }
}
