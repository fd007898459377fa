package dev.lakebase.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A branch as it was when it was read: a copy of its source's data at one moment, with computes of its own.
 *
 * @param name its resource name
 * @param uid its identity ({@code br-…}): a branch that is deleted and created again has the same name and another uid
 * @param state its state
 * @param stateText the state's text on the wire, also where {@code state} is {@link BranchState#UNRECOGNIZED}; empty if
 *     the platform sent none
 * @param pendingStateText the state that it is on its way to, if it is
 * @param isDefault whether it is the project's default branch
 * @param isProtected whether the platform refuses to delete it
 * @param expiresAt when the platform deletes it, or null if it never expires
 * @param source the branch that it was copied from, or null for a root
 * @param sourceLsn the position in the source's log that it was copied at
 * @param sourceTime the time in the source's history that it was copied at
 * @param createdAt when it was created
 * @param deletedAt when it was deleted, or null if it was not; a deleted branch can be undeleted for a while
 * @param purgedAt when the platform forgets it for good, if it was deleted
 * @param logicalSizeBytes the size of its data, or -1 if the platform sent none
 * @param json the platform's whole answer, for fields that have no accessor here
 */
public record Branch(
        BranchName name,
        String uid,
        BranchState state,
        String stateText,
        @Nullable String pendingStateText,
        boolean isDefault,
        boolean isProtected,
        @Nullable Instant expiresAt,
        @Nullable BranchName source,
        @Nullable String sourceLsn,
        @Nullable Instant sourceTime,
        @Nullable Instant createdAt,
        @Nullable Instant deletedAt,
        @Nullable Instant purgedAt,
        long logicalSizeBytes,
        String json) {

    /** Whether it was deleted, and only can be undeleted or purged. */
    public boolean isDeleted() {
        return state == BranchState.DELETED || deletedAt != null;
    }
}
