package dev.lakebase.local.storage;

import java.time.Instant;

/**
 * What a branch began with.
 *
 * @param lsn the position in its parent's log up to which it has everything
 * @param time a moment, by the server's clock, when the parent's content was what the branch began with
 */
public record Origin(Lsn lsn, Instant time) {}
