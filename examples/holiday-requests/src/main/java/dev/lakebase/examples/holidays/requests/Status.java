package dev.lakebase.examples.holidays.requests;

import java.util.Locale;

/** What has become of a request. */
public enum Status {
    REQUESTED,
    APPROVED,
    REJECTED,
    WITHDRAWN;

    /** For people. */
    public String label() {
        return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }
}
