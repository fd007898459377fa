package dev.lakebase.client.credential;

import dev.lakebase.client.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A credential service whose answers a test decides, one by one or by a mode. Thread-safe. */
final class FakeSource implements CredentialSource {
    private final TimeSource time;
    private final Duration life;
    private final AtomicInteger minted = new AtomicInteger();
    private final Deque<CompletableFuture<DatabaseCredential>> held = new ArrayDeque<>();
    private volatile boolean holding;
    private volatile RuntimeException outage;

    FakeSource(TimeSource time, Duration life) {
        this.time = time;
        this.life = life;
    }

    @Override
    public CompletableFuture<DatabaseCredential> mint(CredentialRequest request) {
        int number = minted.incrementAndGet();
        if (holding) {
            CompletableFuture<DatabaseCredential> future = new CompletableFuture<>();
            synchronized (held) {
                held.add(future);
            }
            return future;
        }
        RuntimeException failure = outage;
        return failure != null
                ? CompletableFuture.failedFuture(failure)
                : CompletableFuture.completedFuture(credential(number));
    }

    private DatabaseCredential credential(int number) {
        Instant now = time.instant();
        return new DatabaseCredential("token-" + number, now, now.plus(life));
    }

    /** From now on mints stay unanswered until {@link #answer} or {@link #fail}. */
    void hold() {
        holding = true;
    }

    void answer() {
        next().complete(credential(minted.get()));
    }

    void answer(DatabaseCredential credential) {
        next().complete(credential);
    }

    void fail(RuntimeException failure) {
        next().completeExceptionally(failure);
    }

    private CompletableFuture<DatabaseCredential> next() {
        synchronized (held) {
            return held.remove();
        }
    }

    /** From now on mints fail at once; null ends it. */
    void outage(RuntimeException failure) {
        outage = failure;
    }

    int mints() {
        return minted.get();
    }
}
