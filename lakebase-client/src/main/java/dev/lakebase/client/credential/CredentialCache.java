package dev.lakebase.client.credential;

import dev.lakebase.client.ErrorDetails;
import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.NotFoundException;
import dev.lakebase.client.TimeSource;
import dev.lakebase.client.UnavailableException;
import dev.lakebase.client.internal.Randoms;
import dev.lakebase.client.internal.Waits;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Keeps one credential fresh. Thread-safe; {@link #acquire()} never waits while a valid credential exists.
 *
 * <p>A credential is <em>fresh</em> first, <em>stale</em> from a share of its lifetime on (it still is handed out, and one
 * replacement is minted in the background), and <em>expired</em> a moment before the platform would refuse it (whoever
 * asks then gets the result of the one mint under way). Expiry is judged by the wall clock and by the monotonic ticker,
 * whichever is earlier, so that neither a laptop's sleep nor a clock that is set back hands out a dead credential.
 *
 * <p>A failed mint is repeated after a pause that grows with every failure. Until then, and only if no valid credential is
 * left, whoever asks gets that failure at once.
 */
public final class CredentialCache implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CredentialCache.class);

    /** A healthy mint takes well under a second, and the source keeps a deadline of its own: the last resort. */
    private static final Duration LONGEST_MINT = Duration.ofSeconds(60);

    private static final int TRIES_PER_WARNING = 20;

    /** A hiccup hits one cache, an outage hits all: so many failures in a row take some seven seconds. */
    private static final int FAILURES_OF_AN_OUTAGE = 3;

    private final CredentialSource source;
    private final CredentialRequest request;
    private final TimeSource time;
    private final RefreshPolicy policy;
    private final RefreshSchedule schedule;
    private final CredentialListeners listeners = new CredentialListeners();
    private final ReentrantLock lock = new ReentrantLock();

    // replaced under the lock, read without it
    private volatile CacheState state = CacheState.EMPTY;
    private TimeSource.@Nullable Cancellable refresh; // guarded by the lock
    private boolean first = true; // guarded by the lock

    private CredentialCache(Builder builder) {
        this.source = builder.source;
        this.request = builder.request;
        this.time = builder.timeSource;
        this.policy = builder.policy;
        this.schedule = new RefreshSchedule(builder.random);
        if (builder.listener != null) {
            listeners.add(builder.listener);
        }
    }

    /** Starts the settings of a cache for what the request asks of the source. */
    public static Builder builder(CredentialSource source, CredentialRequest request) {
        return new Builder(source, request);
    }

    /**
     * The credential: completed when this returns while there is a valid one, else completed by the one mint under way,
     * which all share. Never blocks. The future fails with a {@link LakebaseException}; it is the caller's own, so
     * cancelling it disturbs nobody. Its continuations must not block: they may run on the source's threads.
     */
    public CompletableFuture<DatabaseCredential> acquire() {
        CacheState now = state;
        Held held = now.held();
        if (held != null) {
            long nanos = time.nanoTime();
            Instant wall = time.instant();
            if (held.isValid(nanos, wall)) {
                if (held.isStale(nanos, wall) && now.mayMint(nanos)) {
                    CompletableFuture<DatabaseCredential> unused = mintUnlessUnderWay();
                }
                return CompletableFuture.completedFuture(held.credential());
            }
        }
        return mintUnlessUnderWay();
    }

    /**
     * The credential, waited for. Blocks only if there is no valid one.
     *
     * @param timeout the longest wait, more than zero
     * @throws dev.lakebase.client.OperationTimeoutException if the mint takes longer; it goes on
     * @throws dev.lakebase.client.CallInterruptedException if the thread is interrupted
     * @throws LakebaseException the reason why the mint failed
     */
    public DatabaseCredential get(Duration timeout) {
        return Waits.get(
                acquire(),
                timeout,
                time,
                "a credential for " + request.target(),
                () -> "The mint goes on; check that the workspace's API can be reached.");
    }

    /** When the current credential expires, by this machine's clock; null while there is none. Waits for nothing. */
    public @Nullable Instant expiresAt() {
        Held held = state.held();
        return held == null ? null : held.credential().expiresAt();
    }

    /** Tells the listener of every event from now on, until it is removed. */
    public void addListener(CredentialListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /** Tells that listener no more; no effect if it was not added. */
    public void removeListener(CredentialListener listener) {
        listeners.remove(listener);
    }

    /** Has a credential minted if there is no valid one. Waits for nothing and reports nothing. */
    public void prefetch() {
        CompletableFuture<DatabaseCredential> ignored = acquire();
        if (ignored.isCompletedExceptionally()) {
            log.debug("No credential for {} to prefetch now", request.target());
        }
    }

    /** Drops the credential, which a login was refused with, if it still is the current one. Waits for nothing. */
    public void invalidate(DatabaseCredential rejected) {
        lock.lock();
        try {
            CacheState now = state;
            if (now.held() == null || now.held().credential() != rejected) {
                return;
            }
            cancelRefresh();
            state = new CacheState(null, now.mint(), now.setback(), now.closed());
        } finally {
            lock.unlock();
        }
        log.debug("A credential for {} was rejected and is dropped", request.target());
        Duration age = Duration.between(rejected.mintedAt(), time.instant());
        listeners.tell(listener -> listener.discarded(request, age.isNegative() ? Duration.ZERO : age));
    }

    /** Ends the timer and fails whoever waits. May be called again. */
    @Override
    public void close() {
        CompletableFuture<DatabaseCredential> waiters;
        lock.lock();
        try {
            waiters = state.mint();
            state = new CacheState(null, null, null, true);
            cancelRefresh();
        } finally {
            lock.unlock();
        }
        if (waiters != null) {
            waiters.completeExceptionally(closedFailure());
        }
    }

    /** The mint under way, or the failure that is not over yet, or a new mint, or what a mint has brought meanwhile. */
    private CompletableFuture<DatabaseCredential> mintUnlessUnderWay() {
        CompletableFuture<DatabaseCredential> mint = new CompletableFuture<>();
        lock.lock();
        try {
            CacheState now = state;
            long nanos = time.nanoTime();
            if (now.closed()) {
                return CompletableFuture.failedFuture(closedFailure());
            }
            if (now.held() != null) {
                Instant wall = time.instant();
                if (now.held().isValid(nanos, wall) && (!now.held().isStale(nanos, wall) || !now.mayMint(nanos))) {
                    return CompletableFuture.completedFuture(now.held().credential());
                }
            }
            if (now.mint() != null) {
                return now.mint().copy();
            }
            if (!now.mayMint(nanos)) {
                return CompletableFuture.failedFuture(
                        Objects.requireNonNull(now.setback()).failure());
            }
            cancelRefresh();
            state = new CacheState(now.held(), mint, now.setback(), false);
        } finally {
            lock.unlock();
        }
        start(mint);
        return mint.copy();
    }

    private void start(CompletableFuture<DatabaseCredential> mint) {
        long started = time.nanoTime();
        TimeSource.Cancellable limit = time.schedule(
                LONGEST_MINT,
                () -> failed(mint, started, failure("was not minted within " + LONGEST_MINT.toSeconds() + " s", null)));
        CompletableFuture<DatabaseCredential> minted;
        try {
            minted = source.mint(request);
        } catch (RuntimeException e) {
            minted = CompletableFuture.failedFuture(e);
        }
        Waits.whenDone(minted, (credential, thrown) -> {
            if (thrown != null) {
                failed(mint, started, Waits.failure(thrown));
            } else if (credential == null) {
                failed(
                        mint,
                        started,
                        failure("was minted as null by " + source.getClass().getName(), null));
            } else {
                succeeded(mint, started, credential);
            }
            limit.cancel(); // last, so that it still ends a mint that the lines above failed to end
        });
    }

    private void succeeded(CompletableFuture<DatabaseCredential> mint, long started, DatabaseCredential credential) {
        Instant wall = time.instant();
        if (!wall.isBefore(credential.expiresAt())) {
            failed(
                    mint,
                    started,
                    failure("expired at " + credential.expiresAt() + " already; it is " + wall + " here", null));
            return;
        }
        CacheState.Setback overcome;
        lock.lock();
        try {
            overcome = state.setback();
            if (state.mint() != mint) {
                return; // closed, or given up for taking too long
            }
            boolean spread = first || (overcome != null && overcome.count() >= FAILURES_OF_AN_OUTAGE);
            Held held = schedule.hold(credential, time.nanoTime(), wall, spread);
            first = false;
            state = new CacheState(held, null, null, false);
            if (policy == RefreshPolicy.AHEAD) {
                scheduleRefresh(held.untilStale(time.nanoTime()));
            }
        } finally {
            lock.unlock();
        }
        if (overcome != null) {
            log.info("A credential for {} was minted again after {} failures", request.target(), overcome.count() + 1);
        }
        log.debug("Minted a credential for {}, valid until {}", request.target(), credential.expiresAt());
        mint.complete(credential);
        Duration took = since(started);
        listeners.tell(listener -> listener.minted(request, took, credential.expiresAt()));
    }

    private void failed(CompletableFuture<DatabaseCredential> mint, long started, RuntimeException thrown) {
        LakebaseException failure = thrown instanceof LakebaseException known ? known : failure("failed", thrown);
        Duration pause;
        CacheState.Setback setback;
        Held cover;
        lock.lock();
        try {
            CacheState now = state;
            if (now.mint() != mint) {
                return;
            }
            int count = now.setback() == null ? 0 : now.setback().count() + 1;
            long nanos = time.nanoTime();
            pause = schedule.pauseAfterFailure(count);
            setback = new CacheState.Setback(failure, count, nanos + pause.toNanos());
            cover = now.held() != null && now.held().isValid(nanos, time.instant()) ? now.held() : null;
            state = new CacheState(now.held(), null, setback, false);
            if (policy == RefreshPolicy.AHEAD && isWorthAsking(failure, cover)) {
                scheduleRefresh(pause);
            }
        } finally {
            lock.unlock();
        }
        // an outage is worth a line when it begins and some reminders, not a line per try
        Level level = setback.count() % TRIES_PER_WARNING == 0 ? Level.WARN : Level.DEBUG;
        log.atLevel(level)
                .log(
                        "No new credential for {} (try {}); {}; next try in {} ms: {}",
                        request.target(),
                        setback.count() + 1,
                        cover != null ? "the old one is still valid" : "and no valid one is left",
                        pause.toMillis(),
                        failure.getMessage());
        mint.completeExceptionally(failure);
        Duration took = since(started);
        Instant coveredUntil = cover == null ? null : cover.expiredAt();
        listeners.tell(listener -> listener.failed(request, took, failure, setback.count() + 1, coveredUntil));
    }

    /** What can't heal by itself is not asked for again until somebody needs it; what is gone does not come back. */
    private static boolean isWorthAsking(LakebaseException failure, @Nullable Held cover) {
        return failure.retryable() || (cover != null && !(failure instanceof NotFoundException));
    }

    private Duration since(long started) {
        return Duration.ofNanos(time.nanoTime() - started);
    }

    /** Called under the lock. */
    private void scheduleRefresh(Duration delay) {
        cancelRefresh();
        refresh = time.schedule(delay, this::prefetch);
    }

    /** Called under the lock. */
    private void cancelRefresh() {
        if (refresh != null) {
            refresh.cancel();
            refresh = null;
        }
    }

    private LakebaseException failure(String what, @Nullable Throwable cause) {
        return new UnavailableException(
                "The credential for " + request.target() + " " + what + ".",
                ErrorDetails.of(request.target().toString()),
                cause);
    }

    private LakebaseException closedFailure() {
        return new UnavailableException(
                "The credential cache of " + request.target() + " is closed.",
                ErrorDetails.of(request.target().toString()),
                null,
                false);
    }

    /** The endpoint; nothing of the credential but its times. */
    @Override
    public String toString() {
        Held held = state.held();
        return "CredentialCache[" + request.target() + ", " + (held == null ? "empty" : held.credential()) + "]";
    }

    /** The settings of a cache. Not thread-safe. */
    public static final class Builder {
        private final CredentialSource source;
        private final CredentialRequest request;
        private TimeSource timeSource = TimeSource.system();
        private RefreshPolicy policy = RefreshPolicy.AHEAD;
        private RandomGenerator random = Randoms.shared();
        private @Nullable CredentialListener listener;

        private Builder(CredentialSource source, CredentialRequest request) {
            this.source = Objects.requireNonNull(source, "source");
            this.request = Objects.requireNonNull(request, "request");
        }

        /** Where expiry, deadlines and delays come from. Default: {@link TimeSource#system()}. */
        public Builder timeSource(TimeSource timeSource) {
            this.timeSource = Objects.requireNonNull(timeSource, "timeSource");
            return this;
        }

        /** Default: {@link RefreshPolicy#AHEAD}. */
        public Builder refreshPolicy(RefreshPolicy policy) {
            this.policy = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /** The jitter; used by one thread at a time. Default: one that is seeded differently in every process. */
        public Builder random(RandomGenerator random) {
            this.random = Objects.requireNonNull(random, "random");
            return this;
        }

        /** Hears what becomes of the credentials; more can be added to the cache. Default: nobody does. */
        public Builder listener(CredentialListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /** Makes the cache. Mints nothing yet. */
        public CredentialCache build() {
            return new CredentialCache(this);
        }
    }
}
