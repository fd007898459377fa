package dev.lakebase.testing;

/** SQL text out of names, where parameters are not allowed. */
final class Identifiers {
    private Identifiers() {}

    static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    static String literal(String text) {
        // E'' reads the same whatever standard_conforming_strings is
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }
}
