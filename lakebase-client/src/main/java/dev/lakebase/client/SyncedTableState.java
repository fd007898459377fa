package dev.lakebase.client;

/** The state of a synced table, as the platform reports it. */
public enum SyncedTableState {
    PROVISIONING,
    PROVISIONING_PIPELINE_RESOURCES,
    PROVISIONING_INITIAL_SNAPSHOT,
    /** Data is there. */
    ONLINE,
    ONLINE_CONTINUOUS_UPDATE,
    ONLINE_TRIGGERED_UPDATE,
    ONLINE_NO_PENDING_UPDATE,
    ONLINE_UPDATING_PIPELINE_RESOURCES,
    /** Data is there, and gets old: the pipeline failed. */
    ONLINE_PIPELINE_FAILED,
    OFFLINE,
    /** No data is there, and none will come without help. */
    OFFLINE_FAILED,
    /** A state that this version of the library does not know: {@link SyncedTable#stateText()} has its text. */
    UNRECOGNIZED
}
