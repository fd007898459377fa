package dev.lakebase.local.storage;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;

/** Who works with a cluster's server: one who starts or stops it, or any number who need it to run. */
final class ClusterLock {
    /** Nobody holds it longer than a start or a stop takes, or a copy of a big parent. */
    private static final Duration TIMEOUT = Duration.ofSeconds(90);

    private final String uid;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    ClusterLock(String uid) {
        this.uid = uid;
    }

    /** To start or to stop it. */
    void take() {
        take(TIMEOUT);
    }

    void take(Duration timeout) {
        acquire(lock.writeLock(), timeout);
    }

    void takeUninterruptibly() {
        if (!tryUninterruptibly(lock.writeLock(), TIMEOUT)) {
            throw busy(TIMEOUT);
        }
    }

    /** After any take. */
    void release() {
        lock.writeLock().unlock();
    }

    /** Until {@link #unshare} nobody starts or stops it; it is started first, alone, unless it runs. */
    void share(BooleanSupplier runs, Runnable start) {
        acquire(lock.readLock(), TIMEOUT);
        if (!runs.getAsBoolean()) {
            lock.readLock().unlock();
            take();
            try {
                start.run();
                lock.readLock().lock(); // at once: we hold the write lock
            } finally {
                release();
            }
        }
    }

    void unshare() {
        lock.readLock().unlock();
    }

    private void acquire(Lock wanted, Duration timeout) {
        try {
            if (!wanted.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw busy(timeout);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("Interrupted while cluster " + uid + " is busy.", e);
        }
    }

    /** Interruptions are restored afterwards. */
    static boolean tryUninterruptibly(Lock wanted, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return wanted.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private StorageException busy(Duration waited) {
        return new StorageException("Cluster " + uid + " has been busy for " + waited.toMillis()
                + " ms with a start, a stop or a copy. Try again.");
    }
}
