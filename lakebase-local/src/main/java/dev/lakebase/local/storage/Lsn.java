package dev.lakebase.local.storage;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A position in a cluster's write-ahead log, as {@code pg_current_wal_insert_lsn()} returns it.
 *
 * @param value bytes since the beginning of the log; unsigned
 */
public record Lsn(long value) implements Comparable<Lsn> {
    private static final Pattern TEXT = Pattern.compile("([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})");

    /**
     * Reads PostgreSQL's notation.
     *
     * @param text such as {@code 0/16B3748}
     * @return the position
     * @throws IllegalArgumentException if it is none
     */
    public static Lsn parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no log sequence number, expected one such as \"0/16B3748\"");
        }
        return new Lsn(Long.parseLong(matcher.group(1), 16) << 32 | Long.parseLong(matcher.group(2), 16));
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(value, other.value);
    }

    boolean isBefore(Lsn other) {
        return compareTo(other) < 0;
    }

    /** PostgreSQL's notation. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%X/%X", value >>> 32, value & 0xFFFFFFFFL);
    }
}
