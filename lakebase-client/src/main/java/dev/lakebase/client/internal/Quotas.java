package dev.lakebase.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which quota is used up, as far as an error tells. */
final class Quotas {
    /** Where Google's error details name it. */
    private static final List<String> FIELDS =
            List.of("quota_limit", "quota_metric", "quota", "limit_name", "resource");

    /** What can run out, most telling first, with the word before it that tells which of them. */
    private static final Pattern WHAT = Pattern.compile("\\b(?:((?:un)?archived|active|root|protected|concurrent) )?"
            + "(branch(?:es)?|computes?|endpoints?|projects?|roles?|databases?|synced tables?|catalogs?|storage)\\b");

    private Quotas() {}

    static @Nullable String named(String text, JsonNode body) {
        for (JsonNode detail : body.path("details")) {
            for (String field : FIELDS) {
                String named = detail.path("metadata").path(field).asText();
                if (!named.isEmpty()) {
                    return Redaction.scrub(named);
                }
            }
        }
        Matcher found = WHAT.matcher(text.toLowerCase(Locale.ROOT));
        String plain = null;
        while (found.find()) {
            if (found.group(1) != null) {
                return found.group(1) + " " + plural(found.group(2));
            }
            if (plain == null) {
                plain = plural(found.group(2));
            }
        }
        return plain;
    }

    private static String plural(String word) {
        if (word.equals("storage") || word.endsWith("s")) {
            return word;
        }
        return word.endsWith("ch") ? word + "es" : word + "s";
    }
}
