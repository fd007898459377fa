package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs mutations on a few threads and remembers how they ended. Thread-safe. */
final class Operations implements AutoCloseable {
    /** Copies compete for the disk: more at once make each slower. */
    private static final int THREADS = 4;

    /** The oldest are forgotten, as on the platform after a while. */
    private static final int REMEMBERED = 10_000;

    private static final long CLOSE_SECONDS = 60;

    private final Consumer<String> log;
    private final Runnable save;
    private final ThreadPoolExecutor executor;
    private final Executor start;
    private final boolean instant;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Operation> byName = new LinkedHashMap<>();

    /**
     * @param duration how long each operation takes before it does its work
     * @param save makes what a task did outlive a restart, before its operation is done
     */
    Operations(Consumer<String> log, Duration duration, Runnable save) {
        // PostgreSQL's messages have lines, names in them may have more
        this.log = line -> log.accept(line.replaceAll("\\p{Cntrl}+", " "));
        this.save = save;
        var number = new AtomicInteger();
        var pool = new ThreadPoolExecutor(THREADS, THREADS, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            var thread = new Thread(task, "lakebase-local operation " + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
        executor = pool;
        // the wait keeps no thread of the pool
        start = duration.isZero()
                ? pool
                : CompletableFuture.delayedExecutor(duration.toMillis(), TimeUnit.MILLISECONDS, pool);
        instant = duration.isZero();
    }

    /** Work that ends with the resource's JSON, or null for "it is gone". */
    interface Task {
        @Nullable
        ObjectNode run() throws Exception;
    }

    /** An operation that is known but not begun: for callers that must note it in the tree before it may end. */
    Operation register(String resource, String kind) {
        var operation = new Operation(resource + "/operations/" + UUID.randomUUID(), kind);
        lock.lock();
        try {
            byName.put(operation.name(), operation);
            if (byName.size() > REMEMBERED) {
                byName.remove(byName.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
        return operation;
    }

    /** For a task that nothing was noted for in the tree. */
    Operation begin(Operation operation, Task task) {
        return begin(operation, task, () -> {});
    }

    /**
     * Runs it on another thread; a failure becomes the operation's error.
     *
     * @param undo takes back what was noted in the tree for it; called in place of the task if the state can't be saved
     */
    Operation begin(Operation operation, Task task, Runnable undo) {
        try {
            start.execute(() -> run(operation, task, undo));
        } catch (RejectedExecutionException e) {
            operation.fail(ApiException.unavailable("Lakebase Local is shutting down"));
        }
        return operation;
    }

    /** Ends it with the resource, or null for "it is gone": the work is done already, and only its time is not over. */
    void finish(Operation operation, @Nullable ObjectNode resource) {
        if (instant) {
            operation.succeed(resource);
        } else {
            begin(operation, () -> resource);
        }
    }

    /** Work that nobody waits for by name. */
    void run(String what, Runnable work) {
        try {
            executor.execute(() -> {
                try {
                    work.run();
                } catch (RuntimeException e) {
                    log.accept(what + " failed: " + e);
                } finally {
                    save.run();
                }
            });
        } catch (RejectedExecutionException e) {
            log.accept(what + " goes on after the next start");
        }
    }

    private void run(Operation operation, Task task, Runnable undo) {
        long start = System.nanoTime();
        try {
            orUndo(save, undo); // a deletion that has begun must not be forgotten
            ObjectNode resource = task.run();
            save.run();
            operation.succeed(resource);
            log.accept(told(operation) + " done, " + (System.nanoTime() - start) / 1_000_000 + " ms");
        } catch (ApiException e) {
            operation.fail(e);
            log.accept(told(operation) + " failed: " + e.getMessage());
        } catch (Exception e) {
            operation.fail(new ApiException(500, "INTERNAL_ERROR", String.valueOf(e.getMessage())));
            log.accept(told(operation) + " failed: " + e);
            for (Throwable next : e.getSuppressed()) {
                log.accept(told(operation) + " failed then too: " + next);
            }
        }
    }

    /** If the work fails, that is what is thrown, whatever becomes of the undoing. */
    static void orUndo(Runnable work, Runnable undo) {
        try {
            work.run();
        } catch (RuntimeException e) {
            try {
                undo.run();
            } catch (RuntimeException next) {
                e.addSuppressed(next);
            }
            throw e;
        }
    }

    /** Its resource, and as much of its id as tells it from others. */
    private static String told(Operation operation) {
        String name = operation.name();
        int id = name.lastIndexOf('/') + 1;
        return name.substring(0, id - "/operations/".length()) + ": operation " + name.substring(id, id + 8);
    }

    Operation get(String name) {
        lock.lock();
        try {
            Operation operation = byName.get(name);
            if (operation == null) {
                throw ApiException.notFound("operation");
            }
            return operation;
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more, and forgets those that have not begun. No interrupt: it would hit file copies in the middle. */
    void stop() {
        executor.shutdown();
        executor.getQueue().clear();
    }

    /** Waits for those that run: they fail soon once the storage is closed. */
    @Override
    public void close() {
        stop();
        try {
            if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                log.accept("an operation is still running after " + CLOSE_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
