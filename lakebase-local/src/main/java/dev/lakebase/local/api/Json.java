package dev.lakebase.local.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** JSON as the platform speaks it: protobuf's mapping for times, durations and integers of 64 bits. */
final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(\\.\\d{1,9})?s");

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON nodes is always writable", e);
        }
    }

    /** An empty body counts as an empty object. */
    static ObjectNode parse(byte[] body) {
        if (body.length == 0) {
            return object();
        }
        try {
            if (MAPPER.readTree(body) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw ApiException.malformed("Could not parse request object: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw ApiException.malformed("Could not parse request object: " + e.getMessage());
        }
        throw ApiException.malformed("Could not parse request object: expected a JSON object");
    }

    /** The object below a field; empty if absent or null. */
    static ObjectNode child(ObjectNode of, String field) {
        JsonNode child = of.get(field);
        if (child == null || child.isNull()) {
            return object();
        }
        if (child instanceof ObjectNode object) {
            return object;
        }
        throw ApiException.invalid("Field '" + field + "' must be an object");
    }

    static @Nullable String text(ObjectNode of, String field) {
        JsonNode node = of.get(field);
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isTextual()) {
            throw ApiException.invalid("Field '" + field + "' must be a string");
        }
        return node.textValue();
    }

    /** A field of a request that must be there and say something. */
    static String given(ObjectNode of, String field, String path) {
        String text = text(of, field);
        if (text == null || text.isEmpty()) {
            throw ApiException.required(path);
        }
        return text;
    }

    /** A field of what was saved by ourselves. */
    static String require(ObjectNode saved, String field) {
        return Objects.requireNonNull(text(saved, field), () -> "\"" + field + "\" is missing");
    }

    static @Nullable Boolean bool(ObjectNode of, String field) {
        JsonNode node = of.get(field);
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isBoolean()) {
            throw ApiException.invalid("Field '" + field + "' must be true or false");
        }
        return node.booleanValue();
    }

    static @Nullable Double number(ObjectNode of, String field) {
        JsonNode node = of.get(field);
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isNumber()) {
            throw ApiException.invalid("Field '" + field + "' must be a number");
        }
        return node.doubleValue();
    }

    /** Protobuf's form, {@code "14400s"} or {@code "1.5s"}. */
    static @Nullable Duration duration(ObjectNode of, String field) {
        String text = text(of, field);
        if (text == null) {
            return null;
        }
        var matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw ApiException.invalid(
                    "Field '" + field + "' must be a duration in seconds such as \"14400s\", not \"" + text + "\"");
        }
        long nanos = matcher.group(2) == null
                ? 0
                : new BigDecimal(matcher.group(2)).movePointRight(9).longValueExact();
        return Duration.ofSeconds(Long.parseLong(matcher.group(1)), nanos);
    }

    static @Nullable Instant time(ObjectNode of, String field) {
        String text = text(of, field);
        if (text == null) {
            return null;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw ApiException.invalid(
                    "Field '" + field + "' must be a time such as \"2026-11-01T12:00:00Z\", not \"" + text + "\"");
        }
    }

    static String duration(Duration duration) {
        BigDecimal seconds = BigDecimal.valueOf(duration.getSeconds())
                .add(BigDecimal.valueOf(duration.getNano(), 9))
                .stripTrailingZeros();
        return seconds.toPlainString() + "s";
    }
}
