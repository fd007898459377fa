package dev.lakebase.client;

/** The state of a Provisioned-tier instance, as the platform reports it. */
public enum InstanceState {
    STARTING,
    /** Running. */
    AVAILABLE,
    /** Not running, and no connection wakes it. */
    STOPPED,
    UPDATING,
    DELETING,
    FAILING_OVER,
    /** A state that this version of the library does not know: {@link Instance#stateText()} has its text. */
    UNRECOGNIZED
}
