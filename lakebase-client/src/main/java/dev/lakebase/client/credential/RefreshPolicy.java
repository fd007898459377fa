package dev.lakebase.client.credential;

/** When a {@link CredentialCache} replaces a credential that still is valid. */
public enum RefreshPolicy {
    /** By a timer, long before it expires, whether anybody asks or not. The default. */
    AHEAD,
    /**
     * Only when somebody asks, in the background while the old one still is valid. For processes whose CPU is frozen
     * between requests, where timers fire late or never.
     */
    LAZY
}
