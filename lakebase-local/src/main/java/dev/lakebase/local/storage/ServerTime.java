package dev.lakebase.local.storage;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Times as PostgreSQL has them: microseconds, said without loss. */
final class ServerTime {
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss.SSSSSS'+00'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private ServerTime() {}

    /** An SQL expression for the server's clock, as {@link Instant#parse} reads it. */
    static String now() {
        return "to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    }

    /** As a setting wants it. What is less than a microsecond is dropped: nothing was committed in it. */
    static String format(Instant time) {
        return FORMAT.format(time.truncatedTo(ChronoUnit.MICROS));
    }
}
