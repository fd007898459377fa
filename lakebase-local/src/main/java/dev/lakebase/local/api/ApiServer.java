package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.lakebase.local.faults.FaultTable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** HTTP on 127.0.0.1: authenticates, routes, and turns every failure into the platform's error shape. */
final class ApiServer implements AutoCloseable {
    static final String PREFIX = "/api/2.0/postgres";

    private static final int BACKLOG = 256;

    static {
        // without it, answers on kept-alive connections wait 40 ms for a delayed acknowledgement
        setUnlessSet("sun.net.httpserver.nodelay", "true");
        // a client that never finishes its request holds a thread: seconds are plenty on a loopback
        setUnlessSet("sun.net.httpserver.maxReqTime", "30");
    }

    private final HttpServer server;
    private final ExecutorService executor;
    private final Routes routes = new Routes();
    private final Principals principals;
    private final HttpFaults faults;
    private final Consumer<String> log;
    private volatile Runnable save = () -> {};
    private volatile Guard access = (caller, method, project) -> {};

    /** Refuses a call below a project. */
    interface Guard {
        void accept(Principal caller, String method, String project);
    }

    /** Takes the port, but does not answer yet. */
    ApiServer(int port, Principals principals, FaultTable faults, Consumer<String> log) {
        this.principals = principals;
        this.faults = new HttpFaults(faults);
        this.log = log;
        try {
            server = HttpServer.create(
                    new InetSocketAddress(InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1}), port),
                    BACKLOG);
        } catch (BindException e) {
            throw new IllegalStateException(
                    "port " + port + " on 127.0.0.1 can't be opened: " + e.getMessage()
                            + ". Choose another port, or 0 for any free one.",
                    e);
        } catch (IOException e) {
            throw new IllegalStateException("the control plane could not listen: " + e.getMessage(), e);
        }
        var number = new AtomicInteger();
        executor = Executors.newCachedThreadPool(task -> {
            var thread = new Thread(task, "lakebase-local http " + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(executor);
        server.createContext("/", this::handle);
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    Routes routes() {
        return routes;
    }

    URI host() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /**
     * @param access asked before a route below a project is handled
     * @param save makes what a call has changed outlive a restart, before the call is answered
     */
    void start(Guard access, Runnable save) {
        this.access = access;
        this.save = save;
        // its dispatcher inherits being a daemon, so that a forgotten close() does not keep the JVM alive
        var starter = new Thread(server::start, "lakebase-local http start");
        starter.setDaemon(true);
        starter.start();
        boolean interrupted = false;
        while (starter.isAlive()) {
            try {
                starter.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        long start = System.nanoTime();
        int status = 0;
        String note = "";
        try (exchange) {
            var struck = faults.begin(exchange);
            if (struck != null && !struck.fault().done()) {
                note = faults.end(struck, exchange, 200, Json.object());
                status = HttpFaults.sent(struck, 200);
                return;
            }
            JsonNode answer;
            try {
                answer = answer(exchange);
                status = 200;
            } catch (ApiException e) {
                status = e.status();
                answer = e.toJson();
                note = " " + e.errorCode() + ": " + e.getMessage();
            } catch (RuntimeException e) {
                status = 500;
                answer = new ApiException(500, "INTERNAL_ERROR", "Lakebase Local failed: " + e).toJson();
                note = " " + e;
            }
            if (struck == null) {
                send(exchange, status, Json.bytes(answer));
            } else {
                note += faults.end(struck, exchange, status, answer);
                status = HttpFaults.sent(struck, status);
            }
        } finally {
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            String line = exchange.getRequestMethod() + " " + Requests.shown(exchange) + " "
                    + (status == 0 ? "unanswered" : status) + " " + millis + " ms" + note;
            log.accept(line.replaceAll("\\p{Cntrl}", "?"));
        }
    }

    private JsonNode answer(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        Routes.@Nullable Match match = routes.find(method, path);
        Principal caller = match != null && match.open() ? principals.user().principal() : authenticate(exchange);
        if (match == null) {
            throw new ApiException(404, "ENDPOINT_NOT_FOUND", "No API found for '" + method + " " + path + "'");
        }
        String project = match.path().get("project");
        if (project != null) {
            access.accept(caller, method, project);
        }
        String basic = Requests.authorization(exchange, "Basic");
        JsonNode answer = match.handler()
                .handle(new Call(
                        caller,
                        Map.copyOf(match.path()),
                        Requests.query(exchange),
                        Requests.body(exchange),
                        basic == null ? "" : basic));
        if (!method.equals("GET")) {
            save.run();
        }
        return answer;
    }

    private Principal authenticate(HttpExchange exchange) {
        String bearer = Requests.authorization(exchange, "Bearer");
        if (bearer == null) {
            throw ApiException.unauthenticated(
                    "Credential was not sent or was of an unsupported type for this API: send 'Authorization: Bearer <token>'");
        }
        Principal caller = principals.authenticate(bearer);
        if (caller == null) {
            throw ApiException.unauthenticated(
                    "Invalid access token: it is unknown here or has expired. A token of another run is not valid in this one.");
        }
        return caller;
    }

    static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        if (status == 401) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"lakebase-local\"");
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdown();
    }
}
