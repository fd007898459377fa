package dev.lakebase.jdbc.fake;

import dev.lakebase.client.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's time, until it jumps: then timers that have become due go off at once. */
public final class JumpingTime implements TimeSource {
    private final TimeSource system = TimeSource.system();
    private final AtomicLong aheadNanos = new AtomicLong();
    private final Set<Timer> timers = ConcurrentHashMap.newKeySet();

    public void jump(Duration by) {
        aheadNanos.addAndGet(by.toNanos());
        long now = nanoTime();
        timers.stream()
                .filter(timer -> timer.due - now <= 0)
                .forEach(timer -> system.schedule(Duration.ZERO, timer::goOff));
    }

    @Override
    public Instant instant() {
        return system.instant().plusNanos(aheadNanos.get());
    }

    @Override
    public long nanoTime() {
        return system.nanoTime() + aheadNanos.get();
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        var timer = new Timer(nanoTime() + delay.toNanos(), task);
        timers.add(timer);
        Cancellable real = system.schedule(delay, timer::goOff);
        return () -> {
            timers.remove(timer);
            timer.done.set(true);
            real.cancel();
        };
    }

    private final class Timer {
        private final long due;
        private final Runnable task;
        private final AtomicBoolean done = new AtomicBoolean();

        Timer(long due, Runnable task) {
            this.due = due;
            this.task = task;
        }

        void goOff() {
            timers.remove(this);
            if (done.compareAndSet(false, true)) {
                task.run();
            }
        }
    }
}
