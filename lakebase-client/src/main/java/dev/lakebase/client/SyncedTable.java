package dev.lakebase.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A synced table as it was when it was read: a table of Unity Catalog that a pipeline copies into a Lakebase database.
 *
 * @param name its resource name
 * @param uid its identity
 * @param state its state
 * @param stateText the state's text on the wire without {@code SYNCED_TABLE_}, also where {@code state} is {@link
 *     SyncedTableState#UNRECOGNIZED}; empty if the platform sent none
 * @param message what the platform says about the state; empty if it says nothing
 * @param pipelineId the pipeline that copies, if there is one yet
 * @param lastSyncAt up to when the source's changes are there, or null if none are
 * @param lastCommitVersion the source's version that is there, or -1 if the platform sent none
 * @param createdAt when it was created, if the platform said so
 * @param json the platform's whole answer, for fields that have no accessor here
 */
public record SyncedTable(
        SyncedTableName name,
        String uid,
        SyncedTableState state,
        String stateText,
        String message,
        @Nullable String pipelineId,
        @Nullable Instant lastSyncAt,
        long lastCommitVersion,
        @Nullable Instant createdAt,
        String json) {

    /** Whether its data is there, however old, in states that are not known yet too. */
    public boolean isOnline() {
        return stateText.startsWith("ONLINE");
    }
}
