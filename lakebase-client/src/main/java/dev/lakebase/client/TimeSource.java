package dev.lakebase.client;

import java.time.Duration;
import java.time.InstantSource;

/**
 * Where time comes from: the wall clock (for expiry dates that a server states), a monotonic ticker (for deadlines) and
 * delays, in one seam, so that a test can run a day of waiting without sleeping.
 *
 * <p>Implementations are thread-safe. {@link #system()} is the one for production.
 */
public interface TimeSource extends InstantSource {

    /** A monotonic reading in nanoseconds, comparable with other readings of this source only. */
    long nanoTime();

    /**
     * Runs the task once, after at least the delay, on a thread of this source. A zero or negative delay means as soon as
     * possible, but never on the calling thread. Does not block. The task has to be short and must not block: all tasks
     * of a source may share one thread.
     */
    Cancellable schedule(Duration delay, Runnable task);

    /** The machine's clocks and one shared daemon timer thread, which ends when nothing is scheduled. */
    static TimeSource system() {
        return SystemTimeSource.INSTANCE;
    }

    /** A task that waits for its time. */
    interface Cancellable {
        /** Prevents the task from starting, if it has not started yet. Does not block, may be called again. */
        void cancel();
    }
}
