package dev.lakebase.client.internal;

import dev.lakebase.client.Operation;
import dev.lakebase.client.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells one listener how one wait goes: one thing at a time, and no failure of the listener's ends the wait. */
final class ProgressReport {
    private static final Logger log = LoggerFactory.getLogger(Operation.class);

    private final String operation;
    private final Consumer<Operation.Progress> listener;
    private final TimeSource time;
    private final long started;
    private final ReentrantLock telling = new ReentrantLock();
    private volatile boolean broken;

    ProgressReport(String operation, Consumer<Operation.Progress> listener, TimeSource time) {
        this.operation = operation;
        this.listener = listener;
        this.time = time;
        this.started = time.nanoTime();
    }

    void tell(String state) {
        if (broken || !telling.tryLock()) {
            return; // a slow listener misses something
        }
        try {
            listener.accept(new Operation.Progress(operation, Duration.ofNanos(time.nanoTime() - started), state));
        } catch (RuntimeException | Error e) {
            broken = true;
            log.error("A listener for the progress of {} failed and hears no more; the wait goes on", operation, e);
        } finally {
            telling.unlock();
        }
    }
}
