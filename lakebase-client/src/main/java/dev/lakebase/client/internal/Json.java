package dev.lakebase.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the platform's JSON strictly: a field is there and of its type, is absent, or the answer makes no sense. */
public final class Json {
    private static final Pattern SECONDS = Pattern.compile("-?\\d{1,12}(\\.\\d{1,9})?s");

    private Json() {}

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** @throws MalformedAnswer if the text is not a JSON object; the message does not quote it, for it may hold a token */
    static JsonNode parseObject(String text) {
        JsonNode node;
        try {
            node = JsonText.read(text);
        } catch (IOException e) {
            throw new MalformedAnswer("it is not JSON (" + text.length() + " characters)");
        }
        if (node == null) {
            throw new MalformedAnswer("it is empty");
        }
        if (!node.isObject()) {
            throw new MalformedAnswer("expected a JSON object, got " + kind(node));
        }
        return node;
    }

    /** A text that has to be there. */
    static String text(JsonNode object, String field) {
        String text = optionalText(object, field);
        if (text == null || text.isEmpty()) {
            throw new MalformedAnswer("its field \"" + field + "\" is missing or empty");
        }
        return text;
    }

    static @Nullable String optionalText(JsonNode object, String field) {
        JsonNode value = object.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw new MalformedAnswer("its field \"" + field + "\" is " + kind(value) + ", not a string");
        }
        return value.textValue();
    }

    static boolean flag(JsonNode object, String field) {
        JsonNode value = object.get(field);
        if (value == null || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw new MalformedAnswer("its field \"" + field + "\" is " + kind(value) + ", not true or false");
        }
        return value.booleanValue();
    }

    /** An integer, which may arrive as a string; -1 if it is absent. */
    static long number(JsonNode object, String field) {
        JsonNode value = object.get(field);
        if (value == null || value.isNull()) {
            return -1;
        }
        try {
            return Long.parseLong(value.asText());
        } catch (NumberFormatException e) {
            throw new MalformedAnswer("its field \"" + field + "\" is not a whole number");
        }
    }

    /** A whole number that fits an int; -1 if it is absent. */
    static int wholeNumber(JsonNode object, String field) {
        long number = number(object, field);
        if (number != (int) number) {
            throw new MalformedAnswer("its field \"" + field + "\" is too large");
        }
        return (int) number;
    }

    /** A number; -1 if it is absent. */
    static double decimal(JsonNode object, String field) {
        JsonNode value = object.get(field);
        if (value == null || value.isNull()) {
            return -1;
        }
        if (!value.isNumber()) {
            throw new MalformedAnswer("its field \"" + field + "\" is " + kind(value) + ", not a number");
        }
        return value.doubleValue();
    }

    /** A list of strings, empty if it is absent. */
    static List<String> texts(JsonNode object, String field) {
        JsonNode value = object.get(field);
        if (value == null || value.isNull()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isTextual()) {
                throw new MalformedAnswer("its field \"" + field + "\" holds " + kind(element) + ", not strings");
            }
            texts.add(element.textValue());
        }
        return List.copyOf(texts);
    }

    static @Nullable Instant time(JsonNode object, String field) {
        String text = optionalText(object, field);
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new MalformedAnswer("its field \"" + field + "\" is not a time such as 2026-11-01T12:00:00Z");
        }
    }

    /** A protobuf duration, such as {@code 300s}. */
    static @Nullable Duration duration(JsonNode object, String field) {
        String text = optionalText(object, field);
        if (text == null || text.isEmpty()) {
            return null;
        }
        if (!SECONDS.matcher(text).matches()) {
            throw new MalformedAnswer("its field \"" + field + "\" is not a duration such as 300s");
        }
        return Duration.parse("PT" + text.substring(0, text.length() - 1) + "S");
    }

    /** An object, empty if it is absent. */
    static JsonNode child(JsonNode object, String field) {
        JsonNode value = object.get(field);
        if (value == null || value.isNull()) {
            return object();
        }
        if (!value.isObject()) {
            throw new MalformedAnswer("its field \"" + field + "\" is " + kind(value) + ", not an object");
        }
        return value;
    }

    /** A list, empty if it is absent, as protobuf leaves empty lists out. */
    static Iterable<JsonNode> list(JsonNode object, String field) {
        JsonNode value = object.get(field);
        if (value == null || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw new MalformedAnswer("its field \"" + field + "\" is " + kind(value) + ", not a list");
        }
        for (JsonNode element : value) {
            if (!element.isObject()) {
                throw new MalformedAnswer("its field \"" + field + "\" holds " + kind(element) + ", not objects");
            }
        }
        return value;
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case NULL -> "null";
            default -> "something else";
        };
    }

    /** An answer that makes no sense; the message continues "The answer makes no sense: …". */
    static final class MalformedAnswer extends RuntimeException {
        MalformedAnswer(String message) {
            super(message);
        }
    }
}
