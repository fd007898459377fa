package dev.lakebase.client;

/** What sessions on an endpoint may do. */
public enum EndpointType {
    READ_WRITE,
    READ_ONLY,
    /** A type that this version of the library does not know. */
    UNRECOGNIZED
}
