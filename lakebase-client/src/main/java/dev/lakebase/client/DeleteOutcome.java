package dev.lakebase.client;

/** What a delete found. Both are success: the resource is gone. */
public enum DeleteOutcome {
    /** It was there, and this call deleted it. */
    DELETED,
    /** It was gone already. */
    ALREADY_GONE
}
