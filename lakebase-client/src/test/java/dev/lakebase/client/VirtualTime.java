package dev.lakebase.client;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Time that stands still until a test moves it. Tasks run on the thread that moves it, in the order of their dates, equal
 * dates in the order of their scheduling; while a task runs, the clocks show its date. The wall clock can be set apart
 * from the ticker, as by a laptop's sleep or an administrator. Thread-safe.
 */
public final class VirtualTime implements TimeSource {
    /** A nanoTime may be anything, so it starts where a careless comparison overflows. */
    private long nanos = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();

    private final TreeSet<Task> tasks =
            new TreeSet<>(Comparator.<Task>comparingLong(task -> task.age).thenComparingLong(task -> task.number));
    private Instant wall;
    private long age; // since the beginning, and so without overflow
    private long scheduled;
    private long ran;

    public VirtualTime(Instant wall) {
        this.wall = wall;
    }

    public VirtualTime() {
        this(Instant.parse("2026-11-01T12:00:00Z"));
    }

    private static final class Task {
        final long age;
        final long number;
        final Runnable action;

        Task(long age, long number, Runnable action) {
            this.age = age;
            this.number = number;
            this.action = action;
        }
    }

    @Override
    public synchronized Instant instant() {
        return wall;
    }

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    @Override
    public synchronized Cancellable schedule(Duration delay, Runnable action) {
        Task task = new Task(age + Math.max(0, delay.toNanos()), scheduled++, action);
        tasks.add(task);
        notifyAll();
        return () -> {
            synchronized (this) {
                tasks.remove(task);
            }
        };
    }

    /** Moves both clocks, running what is due on the way, also what that schedules. */
    public void advance(Duration duration) {
        long target;
        synchronized (this) {
            target = age + duration.toNanos();
        }
        while (true) {
            Task task;
            synchronized (this) {
                task = tasks.isEmpty() ? null : tasks.first();
                if (task == null || task.age > target) {
                    move(target - age);
                    return;
                }
                tasks.remove(task);
                move(task.age - age);
                ran++;
            }
            task.action.run();
        }
    }

    /** Runs what is due now. */
    public void runDue() {
        advance(Duration.ZERO);
    }

    /** Moves to the next task and runs it; false if there is none. */
    public boolean runNext() {
        Task task;
        synchronized (this) {
            task = tasks.pollFirst();
            if (task == null) {
                return false;
            }
            move(task.age - age);
            ran++;
        }
        task.action.run();
        return true;
    }

    /**
     * Runs what blocks on a thread of its own, and moves to the next task whenever that thread waits. For code whose calls
     * are answered at once, so that nothing but time can end its waits.
     */
    public <T> T run(Callable<T> blocking) throws Exception {
        return run(blocking, () -> true);
    }

    /**
     * The same for code that also waits for real answers.
     *
     * @param quiet whether no answer is awaited now, so that only time can go on
     */
    public <T> T run(Callable<T> blocking, BooleanSupplier quiet) throws Exception {
        FutureTask<T> result = new FutureTask<>(blocking);
        Thread thread = new Thread(result, "virtual");
        thread.setDaemon(true);
        thread.start();
        while (!result.isDone()) {
            Thread.State state = thread.getState();
            if (state != Thread.State.WAITING || !quiet.getAsBoolean() || !runNext()) {
                LockSupport.parkNanos(20_000); // until the thread waits, or has noticed that its wait is over
            }
        }
        try {
            return result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** Moves the wall clock only, forwards or backwards. */
    public synchronized void setWallClock(Duration by) {
        wall = wall.plus(by);
    }

    /** Since the beginning, by the ticker. */
    public synchronized Duration elapsed() {
        return Duration.ofNanos(age);
    }

    /** How many tasks wait for their time. */
    public synchronized int pending() {
        return tasks.size();
    }

    /** How many tasks ran. */
    public synchronized long ran() {
        return ran;
    }

    /** The delays of the waiting tasks, shortest first. */
    public synchronized List<Duration> delays() {
        List<Duration> delays = new ArrayList<>();
        tasks.forEach(task -> delays.add(Duration.ofNanos(task.age - age)));
        delays.sort(Comparator.naturalOrder());
        return delays;
    }

    private void move(long by) {
        age += by;
        nanos += by;
        wall = wall.plusNanos(by);
    }
}
