package dev.lakebase.client.internal;

import dev.lakebase.client.ErrorDetails;
import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.Operation;
import dev.lakebase.client.OperationFailedException;
import dev.lakebase.client.OperationTimeoutException;
import dev.lakebase.client.QuotaExceededException;
import dev.lakebase.client.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One wait: polls until there is a value, a final failure or the deadline. Holds no thread. */
final class PollLoop<T> {
    /** Local and warm branches are ready within some 100 ms, cold ones take seconds: 50 ms at first, 2 s at last. */
    private static final Backoff PAUSES = new Backoff(Duration.ofMillis(50), 1.3, Duration.ofSeconds(2), 0.2);

    /** After that time a poll counts as failed, and the next one is sent; its late answer is still welcome. */
    private static final Duration LONGEST_POLL = Duration.ofSeconds(5);

    /** So much before the deadline the last poll is sent, that its answer can arrive: a few round trips. */
    private static final Duration LEAD_OF_LAST_POLL = Duration.ofMillis(250);

    private final String name;
    private final ErrorDetails details;
    private final Supplier<CompletableFuture<Poller.Step<T>>> poll;
    private final TimeSource time;
    private final RandomGenerator random;
    private final @Nullable Duration timeout;
    private final long started;
    private final ProgressReport report;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final AtomicInteger polls = new AtomicInteger();
    // which poll, or which abandoned poll, is the latest: only the latest schedules the next one
    private final AtomicInteger latest = new AtomicInteger();

    private volatile String seen = "nothing";
    private volatile @Nullable String lastFailure;
    private volatile TimeSource.@Nullable Cancellable next;

    PollLoop(
            String name,
            ErrorDetails details,
            Supplier<CompletableFuture<Poller.Step<T>>> poll,
            TimeSource time,
            RandomGenerator random,
            @Nullable Duration timeout,
            Consumer<Operation.Progress> listener) {
        this.name = name;
        this.details = details;
        this.poll = poll;
        this.time = time;
        this.random = random;
        this.timeout = timeout;
        this.started = time.nanoTime();
        this.report = new ProgressReport(name, listener, time);
    }

    CompletableFuture<T> start() {
        if (timeout != null) {
            TimeSource.Cancellable deadline = time.schedule(timeout, this::expire);
            TimeSource.Cancellable lastPoll = time.schedule(timeout.minus(lead(timeout)), this::poll);
            Waits.whenDone(result, (value, failure) -> {
                deadline.cancel();
                lastPoll.cancel();
            });
        }
        Waits.whenDone(result, (value, failure) -> {
            TimeSource.Cancellable timer = next;
            if (timer != null) {
                timer.cancel();
            }
        });
        pause();
        return result;
    }

    /** Whether the failure is about the operation and not about this wait for it. */
    static boolean endsTheOperation(Throwable failure) {
        return failure instanceof OperationFailedException || failure instanceof QuotaExceededException;
    }

    private void poll() {
        if (result.isDone()) {
            return;
        }
        polls.incrementAndGet();
        int number = latest.incrementAndGet();
        CompletableFuture<Poller.Step<T>> step;
        try {
            step = poll.get();
        } catch (RuntimeException e) {
            step = CompletableFuture.failedFuture(e);
        }
        TimeSource.Cancellable limit = step.isDone()
                ? () -> {}
                : time.schedule(LONGEST_POLL, () -> {
                    if (latest.compareAndSet(number, number + 1)) {
                        lastFailure = "no answer within " + LONGEST_POLL.toSeconds() + " s";
                        pause();
                    }
                });
        Waits.whenDone(step, (found, failure) -> {
            limit.cancel();
            if (failure != null) {
                failed(number, Waits.failure(failure));
            } else if (found.value() != null) {
                result.complete(found.value());
            } else {
                seen = found.seen();
                lastFailure = null;
                tell(found.seen());
                if (latest.get() == number) {
                    pause();
                }
            }
        });
    }

    private void failed(int number, RuntimeException failure) {
        if (failure instanceof LakebaseException known && known.retryable()) {
            lastFailure = known.getMessage();
            tell(seen + "; the last poll failed: " + known.getMessage());
            if (latest.get() == number) {
                pause();
            }
        } else {
            result.completeExceptionally(failure);
        }
    }

    private void tell(String state) {
        if (!result.isDone()) {
            report.tell(state);
        }
    }

    private void pause() {
        Duration pause = PAUSES.pause(polls.get(), random);
        if (result.isDone()
                || (timeout != null && elapsed().plus(pause).compareTo(timeout.minus(lead(timeout))) >= 0)) {
            return; // the last poll is on its way already
        }
        TimeSource.Cancellable timer = time.schedule(pause, this::poll);
        next = timer;
        if (result.isDone()) {
            timer.cancel();
        }
    }

    private static Duration lead(Duration timeout) {
        Duration tenth = timeout.dividedBy(10);
        return tenth.compareTo(LEAD_OF_LAST_POLL) < 0 ? tenth : LEAD_OF_LAST_POLL;
    }

    private Duration elapsed() {
        return Duration.ofNanos(time.nanoTime() - started);
    }

    private void expire() {
        String failure = lastFailure;
        result.completeExceptionally(new OperationTimeoutException(
                name + " of " + details.resource() + " was not done within "
                        + (timeout == null ? "" : timeout.toMillis() + " ms") + " (" + polls.get()
                        + " polls; last seen: " + seen
                        + (failure == null ? "" : "; the last poll failed: " + failure)
                        + "). It goes on by itself: wait again, or look at the resource later.",
                details,
                null));
    }
}
