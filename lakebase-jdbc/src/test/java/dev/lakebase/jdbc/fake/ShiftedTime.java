package dev.lakebase.jdbc.fake;

import dev.lakebase.client.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/** The machine's time, some while ahead: both clocks jump together, timers that run already do not. */
public final class ShiftedTime implements TimeSource {
    private final TimeSource system = TimeSource.system();
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

    public void jump(Duration by) {
        ahead.updateAndGet(by::plus);
    }

    @Override
    public Instant instant() {
        return system.instant().plus(ahead.get());
    }

    @Override
    public long nanoTime() {
        return system.nanoTime() + ahead.get().toNanos();
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        return system.schedule(delay, task);
    }
}
