package dev.lakebase.client.internal;

import dev.lakebase.client.ErrorDetails;
import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.NotFoundException;
import dev.lakebase.client.TimeSource;
import dev.lakebase.client.UnavailableException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One call with its attempts, pauses and deadline. */
final class Exchange<T> {
    /** A restarting node is back, or a balancer has moved on, after a second or two; the deadline bounds the sum. */
    private static final Backoff PAUSES = new Backoff(Duration.ofMillis(200), 2, Duration.ofSeconds(3), 0.5);

    /** A connection that died silently must not use up the whole time of a call that can be sent again. */
    private static final int SHARE_OF_ONE_ATTEMPT = 2;

    private final Wire wire;
    private final TimeSource time;
    private final RandomGenerator random;
    private final Call call;
    private final Duration timeout;
    private final Transport.Reader<T> reader;
    private final long started;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    private final AtomicInteger attempts = new AtomicInteger();
    private volatile @Nullable LakebaseException last;
    private volatile @Nullable CompletableFuture<Answer> current;
    private volatile TimeSource.@Nullable Cancellable nextStep;

    Exchange(
            Wire wire,
            TimeSource time,
            RandomGenerator random,
            Call call,
            Duration timeout,
            Transport.Reader<T> reader) {
        this.wire = wire;
        this.time = time;
        this.random = random;
        this.call = call;
        this.timeout = Waits.requirePositive(timeout, "The time-out of " + call.method() + " " + call.resource());
        this.reader = reader;
        this.started = time.nanoTime();
    }

    Call call() {
        return call;
    }

    CompletableFuture<T> start() {
        TimeSource.Cancellable deadline = time.schedule(timeout, this::expire);
        Waits.whenDone(result, (value, failure) -> {
            deadline.cancel();
            stopStep();
        });
        attempt();
        return result;
    }

    void fail(LakebaseException failure) {
        result.completeExceptionally(failure);
    }

    private void attempt() {
        if (result.isDone()) {
            return;
        }
        attempts.incrementAndGet();
        CompletableFuture<Answer> exchange;
        try {
            exchange = wire.exchange(call);
        } catch (RuntimeException e) {
            exchange = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<Answer> sent = exchange;
        current = sent;
        // of this attempt alone: a timer that is not found again would cut a later attempt short
        TimeSource.Cancellable limit = call.repeat() == Call.Repeat.FREELY && !sent.isDone()
                ? time.schedule(timeout.dividedBy(SHARE_OF_ONE_ATTEMPT), () -> sent.cancel(true))
                : () -> {};
        Waits.whenDone(sent, (answer, failure) -> {
            limit.cancel();
            if (result.isDone()) {
                return;
            }
            if (failure == null) {
                answered(answer);
            } else {
                unanswered(Waits.unwrap(failure));
            }
        });
        if (result.isDone()) {
            sent.cancel(true);
        }
    }

    /** Another attempt, if the name still is that of what is meant: somebody may have taken it during the pause. */
    private void again() {
        Call.Mutation mutation = call.mutation();
        if (mutation == null || mutation.stillMeant() == null || result.isDone()) {
            attempt();
            return;
        }
        Waits.whenDone(mutation.stillMeant().get(), (still, failure) -> {
            if (failure != null) {
                fail(Waits.failure(failure));
            } else if (still) {
                attempt();
            } else {
                fail(new NotFoundException(
                        call.resource() + " is gone: somebody else deleted it meanwhile.",
                        ErrorDetails.of(call.resource()),
                        null));
            }
        });
    }

    private void answered(Answer answer) {
        if (answer.status() >= 200 && answer.status() < 300) {
            try {
                result.complete(reader.read(Json.parseObject(answer.body()), answer));
            } catch (Json.MalformedAnswer e) {
                ErrorDetails details = new ErrorDetails(call.resource(), answer.status(), null, null);
                repeatOrFail(
                        new UnavailableException(
                                call.method() + " for " + call.resource() + " (HTTP " + answer.status() + tried()
                                        + "): the answer makes no sense: " + e.getMessage()
                                        + ". Is DATABRICKS_HOST the address of a workspace?",
                                details,
                                null),
                        false,
                        null);
            } catch (LakebaseException e) {
                repeatOrFail(e, false, null);
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
            return;
        }
        LakebaseException failure = ErrorTable.of(call, answer, tried());
        boolean refused = answer.status() == 429 || (answer.status() == 409 && failure.retryable());
        repeatOrFail(failure, refused, retryAfter(answer));
    }

    private void unanswered(Throwable failure) {
        if (failure instanceof LakebaseException || failure instanceof Error) {
            // authentication failed, so nothing of this call was sent; or something is wrong with this program, not the
            // network
            repeatOrFail(Waits.failure(failure), true, null);
            return;
        }
        boolean refused = failure instanceof ConnectException || failure instanceof HttpConnectTimeoutException;
        String reason = failure instanceof CancellationException
                ? "no answer within " + timeout.dividedBy(SHARE_OF_ONE_ATTEMPT).toMillis() + " ms"
                : reason(failure);
        boolean outage = failure instanceof IOException || failure instanceof CancellationException;
        repeatOrFail(
                new UnavailableException(
                        call.method() + " for " + call.resource() + " got no answer (" + reason + tried()
                                + "). Check DATABRICKS_HOST and the network.",
                        ErrorDetails.of(call.resource()),
                        failure instanceof CancellationException ? null : failure,
                        outage),
                refused,
                // who was waited for in vain need not be waited for again
                failure instanceof CancellationException ? Duration.ZERO : null);
    }

    private static String reason(Throwable failure) {
        String name = failure.getClass().getSimpleName();
        return failure.getMessage() == null ? name : name + ": " + Redaction.scrub(failure.getMessage());
    }

    private void repeatOrFail(LakebaseException failure, boolean refused, @Nullable Duration asked) {
        last = failure;
        boolean mayRepeat = switch (call.repeat()) {
            case FREELY -> true;
            case IF_REFUSED -> refused;
            case NEVER -> false;
        };
        Duration pause = asked != null ? asked : PAUSES.pause(attempts.get() - 1, random);
        // a server may ask for a pause of millennia, which is no number of nanoseconds
        boolean inTime = Duration.ofNanos(time.nanoTime() - started).plus(pause).compareTo(timeout) < 0;
        if (failure.retryable() && mayRepeat && inTime) {
            step(pause, this::again);
        } else {
            fail(failure);
        }
    }

    private void expire() {
        LakebaseException before = last;
        fail(new UnavailableException(
                call.method() + " for " + call.resource() + " got no answer within " + timeout.toMillis() + " ms ("
                        + attempts + (attempts.get() == 1 ? " attempt)." : " attempts).")
                        + (before == null
                                ? " Check DATABRICKS_HOST and the network."
                                : " The last failure was: " + before.getMessage()),
                ErrorDetails.of(call.resource()), // not the failure's before: this attempt had no status
                before));
    }

    /** Seconds or a date, never negative; null if the answer asks for nothing that can be read. */
    private @Nullable Duration retryAfter(Answer answer) {
        String text = answer.header("retry-after");
        if (text == null) {
            return null;
        }
        if (text.strip().matches("\\d{1,6}")) {
            // a hair of jitter, so that everybody who was turned away does not come back in the same moment
            long millis = 1000 * Long.parseLong(text.strip()) + random.nextInt(250);
            return Duration.ofMillis(millis);
        }
        Instant date = Answer.httpDate(text);
        if (date == null) {
            return null;
        }
        Instant now = answer.serverTime() != null ? answer.serverTime() : time.instant();
        Duration wait = Duration.between(now, date);
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    private String tried() {
        if (attempts.get() <= 1) {
            return "";
        }
        double seconds = (time.nanoTime() - started) / 1e9;
        return String.format(Locale.ROOT, ", attempt %d after %.1f s", attempts.get(), seconds);
    }

    private void step(Duration delay, Runnable task) {
        TimeSource.Cancellable timer = time.schedule(delay, task);
        nextStep = timer;
        if (result.isDone()) {
            timer.cancel();
        }
    }

    private void stopStep() {
        TimeSource.Cancellable timer = nextStep;
        if (timer != null) {
            timer.cancel();
        }
        CompletableFuture<Answer> exchange = current;
        if (exchange != null) {
            exchange.cancel(true);
        }
    }
}
