package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The table of routes. Filled once, then read by many threads. */
final class Routes {
    /** Answers with the JSON of a 200, or throws {@link ApiException}. */
    interface Handler {
        JsonNode handle(Call call);
    }

    /** A handler with the values of its path's variables. */
    record Match(Handler handler, boolean open, Map<String, String> path) {}

    private record Route(String method, List<String> pattern, boolean open, Handler handler) {}

    private final List<Route> routes = new ArrayList<>();

    /** @param pattern segments in braces are variables */
    Routes add(String method, String pattern, Handler handler) {
        routes.add(new Route(method, segments(pattern), false, handler));
        return this;
    }

    /** A route that asks for no bearer token. */
    Routes addOpen(String method, String pattern, Handler handler) {
        routes.add(new Route(method, segments(pattern), true, handler));
        return this;
    }

    @Nullable
    Match find(String method, String path) {
        List<String> segments = segments(path);
        for (Route route : routes) {
            if (route.method.equals(method)) {
                Map<String, String> variables = match(route.pattern, segments);
                if (variables != null) {
                    return new Match(route.handler, route.open, variables);
                }
            }
        }
        return null;
    }

    private static @Nullable Map<String, String> match(List<String> pattern, List<String> path) {
        if (pattern.size() != path.size()) {
            return null;
        }
        var variables = new LinkedHashMap<String, String>();
        for (int i = 0; i < path.size(); i++) {
            String expected = pattern.get(i);
            String actual = path.get(i);
            if (expected.startsWith("{")) {
                if (actual.isEmpty()) {
                    return null;
                }
                variables.put(expected.substring(1, expected.length() - 1), actual);
            } else if (!expected.equals(actual)) {
                return null;
            }
        }
        return variables;
    }

    private static List<String> segments(String path) {
        return List.of(path.split("/", -1));
    }
}
