package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** One authenticated request, taken apart. */
final class Call {
    private final Principal caller;
    private final Map<String, String> path;
    private final Map<String, String> query;
    private final byte[] body;
    private final String basicCredentials;

    /**
     * @param path values of the route's variables
     * @param query decoded; of a repeated name the last one counts
     * @param body raw; {@link #json()} parses it
     * @param basicCredentials what follows Basic in the Authorization header, or empty
     */
    Call(Principal caller, Map<String, String> path, Map<String, String> query, byte[] body, String basicCredentials) {
        this.caller = caller;
        this.path = path;
        this.query = query;
        this.body = body;
        this.basicCredentials = basicCredentials;
    }

    Principal caller() {
        return caller;
    }

    String basicCredentials() {
        return basicCredentials;
    }

    /** The fields of a form in the body. */
    Map<String, String> form() {
        return pairs(new String(body, StandardCharsets.UTF_8));
    }

    String path(String variable) {
        String value = path.get(variable);
        if (value == null) {
            throw new IllegalArgumentException("the route has no variable " + variable);
        }
        return value;
    }

    /** A pattern with the values of the path in the places of its variables. */
    String filled(String pattern) {
        String name = pattern;
        for (Map.Entry<String, String> variable : path.entrySet()) {
            name = name.replace("{" + variable.getKey() + "}", variable.getValue());
        }
        return name;
    }

    /** Empty if absent. */
    String query(String name) {
        return query.getOrDefault(name, "");
    }

    /** Whether a flag is given as true. */
    boolean isSet(String flag) {
        return switch (query(flag)) {
            case "true" -> true;
            case "", "false" -> false;
            default -> throw ApiException.invalid("Field '" + flag + "' must be true or false");
        };
    }

    ObjectNode json() {
        return Json.parse(body);
    }

    static Map<String, String> pairs(String encoded) {
        var pairs = new LinkedHashMap<String, String>();
        for (String pair : encoded.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (!pair.isEmpty()) {
                try {
                    String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                    pairs.put(name, equals < 0 ? "" : decode(pair.substring(equals + 1)));
                } catch (IllegalArgumentException e) {
                    throw ApiException.malformed("a percent sign without two hex digits after it");
                }
            }
        }
        return pairs;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
