package dev.lakebase.local.api;

import java.util.Locale;
import java.util.regex.Pattern;

/** The platform's rules for ids. */
final class Ids {
    private static final Pattern ID = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern LONG_ID = Pattern.compile("[a-z][a-z0-9-]{3,62}");
    private static final int SHORTEST = 4;
    private static final int LONGEST = 63;

    private Ids() {}

    static String require(String field, String id) {
        if (id.isEmpty()) {
            throw ApiException.required(field);
        }
        if (!ID.matcher(id).matches()) {
            throw ApiException.invalid("Field '" + field + "' must be 1-63 characters, start with a lowercase letter,"
                    + " contain only lowercase letters, numbers and hyphens, and not end with a hyphen");
        }
        return id;
    }

    /** Of a role or a database. */
    static String requireLong(String field, String id) {
        if (id.isEmpty()) {
            throw ApiException.required(field);
        }
        if (!LONG_ID.matcher(id).matches()) {
            throw ApiException.invalid("Field '" + field + "' must be 4-63 characters, start with a lowercase letter,"
                    + " and contain only lowercase letters, numbers and hyphens");
        }
        return id;
    }

    /** For a role or a database that was made in SQL. */
    static String derived(String kind, String name) {
        String id = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        if (id.length() < SHORTEST || !Character.isLetter(id.charAt(0))) {
            id = kind + "-" + id;
        }
        return id.length() > LONGEST ? id.substring(0, LONGEST) : id;
    }
}
