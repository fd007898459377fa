package dev.lakebase.local.faults;

import java.util.List;
import java.util.Locale;

/**
 * Which calls a fault strikes.
 *
 * @param method such as {@code POST}; {@code *} for every method
 * @param path such as {@code /oidc/v1/token}; {@code *} stands for one segment, {@code **} at the end for any number of
 *     them, also none
 */
public record Route(String method, String path) {
    /** Every call. */
    public static final Route ANY = new Route("*", "/**");

    private static final String PREFIX = "/api/2.0/postgres/";

    /**
     * A path without a slash in front is one below {@code /api/2.0/postgres/}.
     *
     * @throws IllegalArgumentException if the method is no word, or {@code **} stands in the middle
     */
    public Route {
        method = method.toUpperCase(Locale.ROOT);
        if (!method.matches("[A-Z]+|\\*")) {
            throw new IllegalArgumentException("method is \"" + method + "\", expected such as POST, or * for all");
        }
        if (path.isEmpty()) {
            throw new IllegalArgumentException(
                    "path is empty, expected such as credentials or /oidc/v1/token, or /** for all");
        }
        path = path.startsWith("/") ? path : PREFIX + path;
        int deep = path.indexOf("**");
        if (deep >= 0 && (deep != path.length() - 2 || path.charAt(deep - 1) != '/')) {
            throw new IllegalArgumentException("path is \"" + path + "\", expected ** as the last segment only");
        }
    }

    boolean matches(String actualMethod, String actualPath) {
        return (method.equals("*") || method.equals(actualMethod)) && matchesPath(segments(actualPath));
    }

    private boolean matchesPath(List<String> actual) {
        List<String> pattern = segments(path);
        boolean deep = pattern.get(pattern.size() - 1).equals("**");
        int fixed = deep ? pattern.size() - 1 : pattern.size();
        if (actual.size() < fixed || (!deep && actual.size() > fixed)) {
            return false;
        }
        for (int i = 0; i < fixed; i++) {
            if (!pattern.get(i).equals("*") && !pattern.get(i).equals(actual.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static List<String> segments(String path) {
        return List.of(path.split("/", -1));
    }

    /** For a person. */
    String describe() {
        return equals(ANY) ? "every call" : (method.equals("*") ? "" : method + " ") + path;
    }
}
