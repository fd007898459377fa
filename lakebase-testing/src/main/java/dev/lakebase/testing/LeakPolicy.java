package dev.lakebase.testing;

/** What happens when a test leaves connections, threads or branches behind. Connections are closed in any case. */
public enum LeakPolicy {
    /** Nobody looks. Connections that stand in the way of a reset are closed silently. */
    IGNORE,

    /**
     * Each is named in the log as a warning, connections with the place where they were borrowed. Threads are looked for
     * only where {@code junit.jupiter.execution.parallel.enabled} is not true, as they don't say whose they are; those of
     * a Spring context's executors are the context's.
     */
    REPORT,

    /** As {@link #REPORT}, and the test fails. */
    FAIL
}
