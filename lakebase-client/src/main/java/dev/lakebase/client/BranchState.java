package dev.lakebase.client;

/** The state of a branch, as the platform reports it. */
public enum BranchState {
    INIT,
    IMPORTING,
    /** Usable. */
    READY,
    RESETTING,
    ARCHIVED,
    DELETED,
    /** A state that this version of the library does not know: {@link Branch#stateText()} has its text. */
    UNRECOGNIZED
}
