package dev.lakebase.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One change that this client asked the platform for, for an {@link AuditListener}. Holds no secret.
 *
 * @param time when the outcome was known, by the client's clock
 * @param caller who asked: the user name that the workspace knows the client's identity by, or null if the workspace did
 *     not say it in time
 * @param action what was asked for
 * @param resource the resource's name, such as {@code projects/shop/branches/staging}
 * @param uid the resource's identity, or null where the caller did not have to know it: the resource has none, or it was
 *     being created and the answer did not tell yet
 * @param reason why, as the caller ({@code because(…)}) or the library said it, or null if nobody did
 * @param outcome what came of it
 * @param failure what the call failed with, or null if it was accepted
 */
public record AuditEvent(
        Instant time,
        @Nullable String caller,
        Action action,
        String resource,
        @Nullable String uid,
        @Nullable String reason,
        Outcome outcome,
        @Nullable LakebaseException failure) {

    /** What was asked for. */
    public enum Action {
        CREATE,
        UPDATE,
        /** A delete that may be undone for a while, where the platform has that. */
        DELETE,
        /** A delete that can't be undone. */
        PURGE,
        UNDELETE
    }

    /** What came of it. */
    public enum Outcome {
        /** The platform does it, or has done it. What an operation comes to later is told by its wait, not here. */
        ACCEPTED,
        /** The platform refused: nothing changed. */
        REFUSED,
        /** No answer tells: it may have happened. */
        UNKNOWN
    }
}
