package dev.lakebase.client.internal;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The last net under texts from outside that end up in messages: what looks like a secret is blanked. */
final class Redaction {
    /** Signed tokens, personal access tokens, and whatever follows an authorization scheme. */
    private static final Pattern SECRET = Pattern.compile(
            "eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_.-]+|\\bdapi[0-9a-f]{8,}[-0-9a-f]*|\\bdose[0-9a-f]{8,}|(?i:\\b(bearer|basic)\\s+)[A-Za-z0-9._~+/=-]{8,}");

    /** Long enough for the platform's longest message, short enough for a log line. */
    private static final int LONGEST = 600;

    private Redaction() {}

    static String scrub(@Nullable String text) {
        if (text == null) {
            return "(no message)";
        }
        String safe = SECRET.matcher(text).replaceAll("***");
        return safe.length() <= LONGEST ? safe : safe.substring(0, LONGEST) + "…";
    }
}
