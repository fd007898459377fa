package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import dev.lakebase.local.faults.FaultTable;
import dev.lakebase.local.faults.HttpFault;
import dev.lakebase.local.faults.HttpFault.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the faults of the control plane happen. */
final class HttpFaults {
    /** Longer than any client waits; the end of the run clears all faults anyway. */
    private static final Duration FOR_EVER = Duration.ofDays(1);

    private static final Set<Kind> OUTCOMES = EnumSet.complementOf(EnumSet.of(Kind.LATENCY, Kind.CLOCK_SKEW));
    private static final Map<Integer, String> CODES = Map.of(
            400, "BAD_REQUEST",
            401, "UNAUTHENTICATED",
            403, "PERMISSION_DENIED",
            404, "NOT_FOUND",
            409, "ABORTED",
            429, "RESOURCE_EXHAUSTED",
            501, "NOT_IMPLEMENTED",
            503, "TEMPORARILY_UNAVAILABLE",
            504, "DEADLINE_EXCEEDED");

    private final FaultTable faults;

    HttpFaults(FaultTable faults) {
        this.faults = faults;
    }

    /** Blocks for a latency, and returns what else strikes this call; null if nothing does. */
    FaultTable.@Nullable Struck<HttpFault> begin(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        var late = faults.http(method, path, Kind.LATENCY::equals);
        if (late != null) {
            late.injected().awaitClear(Objects.requireNonNull(late.fault().duration()));
        }
        return faults.http(method, path, OUTCOMES::contains);
    }

    /**
     * In place of the true answer.
     *
     * @param answer the true one, of a call that was done; an error of the same status if it was not
     * @return for the log
     */
    String end(FaultTable.Struck<HttpFault> struck, HttpExchange exchange, int status, JsonNode answer)
            throws IOException {
        HttpFault fault = struck.fault();
        switch (fault.kind()) {
            case STATUS -> {
                Duration retryAfter = fault.duration();
                if (retryAfter != null) {
                    long seconds = retryAfter.plusNanos(999_999_999).toSeconds();
                    exchange.getResponseHeaders().set("Retry-After", Long.toString(seconds));
                }
                ApiServer.send(
                        exchange,
                        fault.status(),
                        Json.bytes(error(fault.status()).toJson()));
            }
            case MALFORMED -> {
                byte[] body = Json.bytes(answer);
                byte[] broken = Arrays.copyOf(body, body.length + 1);
                broken[body.length - 1] = ','; // the secrets in it stay: a client must not show what it can't parse
                broken[body.length] = '}';
                ApiServer.send(exchange, status, broken);
            }
            case TRUNCATED -> {
                byte[] body = Json.bytes(answer);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body, 0, body.length / 2);
                exchange.getResponseBody().flush();
            }
            case TIMEOUT -> struck.injected().awaitClear(FOR_EVER);
            default -> {
                // closed by the caller, without an answer
            }
        }
        return " " + struck.injected();
    }

    /** The status that the client got, where the true one was {@code status}; 0 for no answer. */
    static int sent(FaultTable.Struck<HttpFault> struck, int status) {
        return switch (struck.fault().kind()) {
            case STATUS -> struck.fault().status();
            case TIMEOUT, DISCONNECT -> 0;
            default -> status;
        };
    }

    static ApiException error(int status) {
        return new ApiException(
                status,
                CODES.getOrDefault(status, status < 500 ? "BAD_REQUEST" : "INTERNAL_ERROR"),
                status == 409 ? "the resource is in reconciliation" : "a fault was injected here");
    }
}
