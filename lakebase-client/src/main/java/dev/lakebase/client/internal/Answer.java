package dev.lakebase.client.internal;

import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP answer.
 *
 * @param headers by name in lower case, the first value of each
 */
public record Answer(int status, Map<String, String> headers, String body) {

    @Nullable
    String header(String name) {
        return headers.get(name.toLowerCase(Locale.ROOT));
    }

    /** The server's clock, to the second, if it told it. */
    public @Nullable Instant serverTime() {
        return httpDate(header("date"));
    }

    static @Nullable Instant httpDate(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** The status only: a body may hold a token. */
    @Override
    public String toString() {
        return "Answer[HTTP " + status + "]";
    }
}
