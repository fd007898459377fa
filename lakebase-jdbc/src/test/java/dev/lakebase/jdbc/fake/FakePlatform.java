package dev.lakebase.jdbc.fake;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** The three calls of the platform's REST API that a login makes, with bearer authentication. */
public final class FakePlatform implements AutoCloseable {
    public static final String ENDPOINT = "projects/shop/branches/production/endpoints/primary";
    public static final String BEARER = "canary-bearer-77aa";

    public final AtomicInteger mints = new AtomicInteger();
    public final AtomicInteger lookUps = new AtomicInteger();

    /** Held back until the future for this mint (from 1) is done. */
    public volatile IntFunction<CompletableFuture<Void>> beforeMint = number -> CompletableFuture.completedFuture(null);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final String computeHost;
    private final InstantSource clock;

    public FakePlatform(String computeHost, InstantSource clock) throws IOException {
        this.computeHost = computeHost;
        this.clock = clock;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/api/2.0/postgres/credentials", this::mint);
        server.createContext("/api/2.0/postgres/" + ENDPOINT, this::endpoint);
        server.createContext("/api/2.0/preview/scim/v2/Me", e -> answer(e, "{\"userName\":\"me@example.com\"}"));
        server.start();
    }

    public String host() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void mint(HttpExchange exchange) throws IOException {
        int number = mints.incrementAndGet();
        beforeMint.apply(number).join();
        answer(
                exchange,
                "{\"token\":\"token-" + number + "\",\"expire_time\":\""
                        + clock.instant().plusSeconds(3600) + "\"}");
    }

    private void endpoint(HttpExchange exchange) throws IOException {
        lookUps.incrementAndGet();
        answer(
                exchange,
                "{\"name\":\"" + ENDPOINT + "\",\"endpoint_id\":\"primary\",\"uid\":\"ep-1\",\"status\":{"
                        + "\"current_state\":\"ACTIVE\",\"endpoint_type\":\"ENDPOINT_TYPE_READ_WRITE\","
                        + "\"hosts\":{\"host\":\"" + computeHost + "\"}}}");
    }

    private static void answer(HttpExchange exchange, String json) throws IOException {
        boolean known = ("Bearer " + BEARER).equals(exchange.getRequestHeaders().getFirst("Authorization"));
        byte[] body = (known ? json : "{\"error_code\":\"UNAUTHENTICATED\",\"message\":\"who are you\"}")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(known ? 200 : 401, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
