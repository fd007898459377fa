package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.local.faults.ConnectionFault;
import dev.lakebase.local.faults.Fault;
import dev.lakebase.local.faults.HttpFault;
import dev.lakebase.local.faults.InjectedFault;
import dev.lakebase.local.faults.Limits;
import dev.lakebase.local.faults.Route;
import dev.lakebase.local.faults.ServerCertificate;
import dev.lakebase.local.faults.Stage;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A fault as JSON: {@code {"http": "STATUS", "status": 503, …}} or {@code {"connection": "RESET", "stage": "QUERY", …}}. */
final class FaultJson {
    private static final Set<String> LIMITS = Set.of("times", "skip", "during", "probability");
    private static final Set<String> HTTP = Set.of("http", "status", "duration", "method", "path", "afterwards");
    private static final Set<String> CONNECTION =
            Set.of("connection", "stage", "duration", "certificate", "endpoint", "when_sent");

    private FaultJson() {}

    static Fault read(ObjectNode json) {
        try {
            if (json.has("http") == json.has("connection")) {
                throw ApiException.invalid(
                        "one of the fields 'http' and 'connection' must name a kind of fault, such as"
                                + " {\"http\": \"STATUS\", \"status\": 503} or {\"connection\": \"REFUSED\"}");
            }
            return json.has("http") ? http(json) : connection(json);
        } catch (IllegalArgumentException | NullPointerException e) {
            throw ApiException.invalid(String.valueOf(e.getMessage()));
        }
    }

    private static HttpFault http(ObjectNode json) {
        requireKnown(json, HTTP);
        var kind = constant(HttpFault.Kind.class, json, "http");
        Route all = kind == HttpFault.Kind.CLOCK_SKEW ? new Route("POST", "credentials") : Route.ANY;
        boolean answered = kind == HttpFault.Kind.TRUNCATED || kind == HttpFault.Kind.MALFORMED;
        Boolean afterwards = Json.bool(json, "afterwards");
        if (answered && Boolean.FALSE.equals(afterwards)) {
            throw ApiException.invalid("'afterwards' can't be false for " + kind + ": there is an answer to spoil");
        }
        return new HttpFault(
                Objects.requireNonNull(kind),
                (int) number(json, "status", 0),
                duration(json, "duration"),
                new Route(
                        Objects.requireNonNullElse(Json.text(json, "method"), all.method()),
                        Objects.requireNonNullElse(Json.text(json, "path"), all.path())),
                answered || Boolean.TRUE.equals(afterwards),
                limits(json));
    }

    private static ConnectionFault connection(ObjectNode json) {
        requireKnown(json, CONNECTION);
        return new ConnectionFault(
                Objects.requireNonNull(constant(ConnectionFault.Kind.class, json, "connection")),
                constant(Stage.class, json, "stage"),
                duration(json, "duration"),
                constant(ServerCertificate.class, json, "certificate"),
                Objects.requireNonNullElse(Json.text(json, "endpoint"), ""),
                Objects.requireNonNullElse(Json.text(json, "when_sent"), ""),
                limits(json));
    }

    private static Limits limits(ObjectNode json) {
        JsonNode chance = json.path("probability");
        if (!chance.isMissingNode() && !chance.isNumber()) {
            throw ApiException.invalid("Field 'probability' must be a number");
        }
        return new Limits(
                number(json, "times", Long.MAX_VALUE),
                number(json, "skip", 0),
                duration(json, "during"),
                chance.asDouble(1));
    }

    private static void requireKnown(ObjectNode json, Set<String> own) {
        json.fieldNames().forEachRemaining(field -> {
            if (!own.contains(field) && !LIMITS.contains(field)) {
                throw ApiException.invalid("Field '" + field + "' is unknown here, expected " + own + " or " + LIMITS);
            }
        });
    }

    private static <E extends Enum<E>> @Nullable E constant(Class<E> type, ObjectNode json, String field) {
        String text = Json.text(json, field);
        if (text == null) {
            return null;
        }
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text.toUpperCase(Locale.ROOT))) {
                return constant;
            }
        }
        throw ApiException.invalid("Field '" + field + "' is \"" + text + "\", expected one of "
                + Arrays.toString(type.getEnumConstants()));
    }

    private static long number(ObjectNode json, String field, long byDefault) {
        JsonNode node = json.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return byDefault;
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw ApiException.invalid("Field '" + field + "' must be a whole number");
        }
        return node.longValue();
    }

    /** Unlike the platform's, it may be negative: a clock that is behind. */
    private static @Nullable Duration duration(ObjectNode json, String field) {
        String text = Json.text(json, field);
        if (text == null || !text.startsWith("-")) {
            return Json.duration(json, field);
        }
        Duration positive = Json.duration(Json.object().put(field, text.substring(1)), field);
        return Objects.requireNonNull(positive).negated();
    }

    static ObjectNode write(InjectedFault injected) {
        Fault fault = injected.fault();
        ObjectNode json = Json.object()
                .put("id", injected.id())
                .put("description", fault.describe())
                .put("strikes", injected.strikes());
        Duration duration;
        if (fault instanceof HttpFault http) {
            json.put("http", http.kind().name())
                    .put("method", http.route().method())
                    .put("path", http.route().path())
                    .put("afterwards", http.done());
            if (http.status() != 0) {
                json.put("status", http.status());
            }
            duration = http.duration();
        } else {
            var connection = (ConnectionFault) fault;
            json.put("connection", connection.kind().name());
            putUnlessEmpty(
                    json,
                    "stage",
                    connection.stage() == null ? "" : connection.stage().name());
            putUnlessEmpty(
                    json,
                    "certificate",
                    connection.certificate() == null
                            ? ""
                            : connection.certificate().name());
            putUnlessEmpty(json, "endpoint", connection.endpoint());
            putUnlessEmpty(json, "when_sent", connection.whenSent());
            duration = connection.duration();
        }
        if (duration != null) {
            json.put("duration", Json.duration(duration));
        }
        return writeLimits(json, fault.limits());
    }

    private static ObjectNode writeLimits(ObjectNode json, Limits limits) {
        if (limits.times() != Long.MAX_VALUE) {
            json.put("times", limits.times());
        }
        if (limits.skip() > 0) {
            json.put("skip", limits.skip());
        }
        if (limits.duration() != null) {
            json.put("during", Json.duration(limits.duration()));
        }
        if (limits.probability() < 1) {
            json.put("probability", limits.probability());
        }
        return json;
    }

    private static void putUnlessEmpty(ObjectNode json, String field, String text) {
        if (!text.isEmpty()) {
            json.put(field, text);
        }
    }
}
