package dev.lakebase.client;

import dev.lakebase.client.internal.DaemonThreads;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The machine's own clocks. */
final class SystemTimeSource implements TimeSource {
    static final SystemTimeSource INSTANCE = new SystemTimeSource();

    private static final Logger log = LoggerFactory.getLogger(TimeSource.class);

    /** A century, for "forever" is no number of nanoseconds. */
    private static final Duration LONGEST_DELAY = Duration.ofDays(36_500);

    private final ScheduledThreadPoolExecutor timer;

    SystemTimeSource() {
        timer = new ScheduledThreadPoolExecutor(1, task -> DaemonThreads.thread(null, "lakebase-timer", task));
        timer.setRemoveOnCancelPolicy(true);
        // an application that closed all its clients keeps no thread of ours: long enough to bridge a pause of the
        // poll loop (a few seconds), short enough that a redeployed application's class loader can go
        timer.setKeepAliveTime(10, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
    }

    @Override
    public Instant instant() {
        return Instant.now();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                log.error("A scheduled task failed; the others go on", e);
            }
        };
        Duration bounded = delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY;
        Future<?> future = timer.schedule(guarded, Math.max(0, bounded.toNanos()), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }
}
