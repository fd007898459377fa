package dev.lakebase.client.internal;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads that never keep a JVM alive, and that end when nothing is to do. They serve everybody, and so take over nothing of
 * whoever happens to need them first: no inheritable thread local, no class loader.
 */
public final class DaemonThreads {
    /** Idle threads are cheap but not free; a poll loop's longest pause is shorter, so it keeps its thread. */
    private static final long KEEP_ALIVE_SECONDS = 10;

    private DaemonThreads() {}

    /** As many threads as there are tasks: they are few, and a queue would let one slow task hold up a quick one. */
    static ExecutorService pool(String name) {
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), named(name));
    }

    /** One thread, tasks in order. */
    static ExecutorService single(String name) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1, 1, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named(name));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private static ThreadFactory named(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> thread(null, name + "-" + number.incrementAndGet(), task);
    }

    /** A thread that is not started yet; null is the caller's group. */
    public static Thread thread(@Nullable ThreadGroup group, String name, Runnable task) {
        Thread thread = new Thread(group, task, name, 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(DaemonThreads.class.getClassLoader());
        return thread;
    }
}
