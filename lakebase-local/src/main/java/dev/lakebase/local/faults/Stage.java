package dev.lakebase.local.faults;

/** A moment in the life of a connection. */
public enum Stage {
    /** It was accepted, and nothing was said yet. */
    CONNECT,
    /** The client has asked for TLS and was told yes. */
    TLS,
    /** The client has sent its password, and waits for the verdict. */
    PASSWORD,
    /** The client, logged in, sends something; PostgreSQL does not get it. */
    QUERY,
    /** PostgreSQL has done what the client sent, and answers; the client does not get it. */
    ANSWER
}
