package dev.lakebase.local.faults;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A fault at work. Thread-safe. */
public final class InjectedFault implements AutoCloseable {
    private final long id;
    private final Fault fault;
    private final InstantSource clock;
    private final @Nullable Instant end;
    private final Random random;
    private final Runnable onClear;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition struck = lock.newCondition();
    private final CountDownLatch cleared = new CountDownLatch(1);
    private long fits;
    private long strikes;

    InjectedFault(long id, Fault fault, InstantSource clock, long seed, Runnable onClear) {
        this.id = id;
        this.fault = fault;
        this.clock = clock;
        this.onClear = onClear;
        Duration duration = fault.limits().duration();
        this.end = duration == null ? null : clock.instant().plus(duration);
        this.random = new Random(seed * 31 + id);
    }

    /**
     * Its number in this run, from 1.
     *
     * @return what {@code DELETE /local/faults/{id}} takes
     */
    public long id() {
        return id;
    }

    /**
     * What it does.
     *
     * @return the value that was injected
     */
    public Fault fault() {
        return fault;
    }

    /**
     * How often it has struck. A refused connection is never seen, and not counted.
     *
     * @return 0 or more
     */
    public long strikes() {
        lock.lock();
        try {
            return strikes;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until it has struck so often.
     *
     * @param count how often, since it was injected
     * @param timeout how long to block at most
     * @return whether it has
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean awaitStrikes(long count, Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (strikes < count) {
                if (left <= 0) {
                    return false;
                }
                left = struck.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether it may strike again.
     *
     * @return false once it was cleared, its time is over, or it has struck as often as it should
     */
    public boolean isActive() {
        lock.lock();
        try {
            return cleared.getCount() > 0
                    && strikes < fault.limits().times()
                    && (end == null || clock.instant().isBefore(end));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends it. Calls that it keeps without an answer are hung up on, silent connections are closed, latencies are over.
     * Clearing twice is fine.
     */
    public void clear() {
        if (cleared.getCount() > 0) {
            cleared.countDown();
            onClear.run();
        }
    }

    /** As {@link #clear}. */
    @Override
    public void close() {
        clear();
    }

    /** Whether it strikes what fits it now; counts. */
    boolean strike() {
        lock.lock();
        try {
            if (!isActive() || fits++ < fault.limits().skip()) {
                return false;
            }
            double chance = fault.limits().probability();
            if (chance < 1 && random.nextDouble() >= chance) {
                return false;
            }
            strikes++;
            struck.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * For the code that makes it happen: blocks until it is cleared, or for this long.
     *
     * @param time how long to block at most
     * @return whether it was cleared; also true, with the interrupt kept, when the thread is interrupted
     */
    public boolean awaitClear(Duration time) {
        try {
            return cleared.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public String toString() {
        return "fault " + id + ": " + fault.describe();
    }
}
