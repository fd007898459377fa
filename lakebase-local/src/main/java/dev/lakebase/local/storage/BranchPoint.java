package dev.lakebase.local.storage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The moment of its parent's life that a branch begins with.
 *
 * @param lsn everything whose log record ends here or before; null if a time is given, or neither
 * @param time everything committed, by the server's clock, then or before; null if an LSN is given, or neither
 */
public record BranchPoint(@Nullable Lsn lsn, @Nullable Instant time) {
    /**
     * The moment of the branching itself.
     *
     * @return all that was committed before the call, and perhaps some of what is committed during it
     */
    public static BranchPoint now() {
        return new BranchPoint(null, null);
    }

    /**
     * A position in the parent's log.
     *
     * @param lsn as the parent's {@code pg_current_wal_insert_lsn()} says it
     * @return what was committed up to there, exactly
     */
    public static BranchPoint at(Lsn lsn) {
        return new BranchPoint(lsn, null);
    }

    /**
     * A time by the server's clock, which counts microseconds.
     *
     * @param time in the past; a later time means {@link #now}
     * @return what was committed up to then
     */
    public static BranchPoint at(Instant time) {
        return new BranchPoint(null, time);
    }

    @Override
    public String toString() {
        return lsn != null ? "LSN " + lsn : time != null ? time.toString() : "now";
    }
}
