package dev.lakebase.client;

/** The state of an endpoint's compute, as the platform reports it. */
public enum EndpointState {
    INIT,
    /** Running. */
    ACTIVE,
    /** Suspended: it wakes when somebody connects, so it is as good as running. */
    IDLE,
    DEGRADED,
    /** A state that this version of the library does not know: {@link Endpoint#stateText()} has its text. */
    UNRECOGNIZED
}
