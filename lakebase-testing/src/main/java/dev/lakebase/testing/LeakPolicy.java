package dev.lakebase.testing;

/** What happens when a test leaves connections, threads or branches behind. Connections are closed in any case. */
public enum LeakPolicy {
    /** Nobody looks. Connections that stand in the way of a reset are closed silently. */
    IGNORE,

    /**
     * Each is named in the log as a warning, connections with the place where they were borrowed. Threads are looked for
     * only where {@code junit.jupiter.execution.parallel.enabled} is not true, as they don't say whose they are; those of
     * a Spring context's executors are the context's. A branch is the test's that made it with the {@code LakebaseClient} it
     * was given, on its own thread or one that it has started; of other threads, where nothing runs in parallel.
     */
    REPORT,

    /** As {@link #REPORT}, and the test fails. */
    FAIL
}
