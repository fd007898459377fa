package dev.lakebase.jdbc.login;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.postgresql.PGProperty;

/** PostgreSQL settings that every session starts with. They travel in the start-up packet, so they cost no round trip. */
final class SessionSettings {
    private final Map<String, String> values = new LinkedHashMap<>();

    /**
     * A time-out of PostgreSQL's, in its milliseconds.
     *
     * @throws IllegalArgumentException if it does not fit
     */
    void timeout(String setting, Duration timeout) {
        if (timeout.isNegative() || timeout.toNanosPart() % 1_000_000 != 0 || timeout.toSeconds() > 2_147_483) {
            throw new IllegalArgumentException(setting + " is " + timeout
                    + ", expected whole milliseconds from 1 ms to 24 days, or zero for no limit");
        }
        values.put(setting, String.valueOf(timeout.toMillis()));
    }

    /** Transactions that don't say otherwise are read-only, outside explicit ones too. */
    void readOnly() {
        values.put("default_transaction_read_only", "on");
    }

    /**
     * Puts them before the user's own {@code options}, whose end may be a backslash.
     *
     * @throws IllegalStateException if those set one of them already
     */
    void addTo(Properties properties) {
        String options = properties.getProperty(PGProperty.OPTIONS.getName(), "");
        // as PostgreSQL reads names: in any case, a hyphen for an underscore, a backslash for what follows it
        String read = options.toLowerCase(Locale.ROOT).replace('-', '_').replace("\\", "");
        for (Map.Entry<String, String> each : values.entrySet()) {
            if (read.contains(each.getKey() + "=")) {
                throw new IllegalStateException(each.getKey()
                        + " can not be combined with the pgjdbc property options, which sets it too: " + options);
            }
        }
        if (!values.isEmpty()) {
            StringBuilder all = new StringBuilder();
            values.forEach((name, value) ->
                    all.append("-c ").append(name).append('=').append(value).append(' '));
            PGProperty.OPTIONS.set(properties, all.append(options).toString());
        }
    }
}
