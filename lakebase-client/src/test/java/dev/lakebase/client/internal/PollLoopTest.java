package dev.lakebase.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.CallInterruptedException;
import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.NotFoundException;
import dev.lakebase.client.OperationFailedException;
import dev.lakebase.client.OperationTimeoutException;
import dev.lakebase.client.TimeSource;
import dev.lakebase.client.UnavailableException;
import dev.lakebase.client.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PollLoopTest {
    private final VirtualTime time = new VirtualTime();
    private final List<Duration> polls = new ArrayList<>();

    private Poller<String> poller(Supplier<CompletableFuture<Poller.Step<String>>> poll, long seed) {
        return new Poller<>(
                "projects/p/operations/1",
                "projects/p/branches/b",
                () -> {
                    polls.add(time.elapsed());
                    return poll.get();
                },
                time,
                new SplittableRandom(seed));
    }

    /** Begins a wait with a deadline without blocking the thread that has to move the time. */
    private CompletableFuture<String> begin(Poller<String> poller, Duration timeout) {
        return CompletableFuture.supplyAsync(() -> poller.await(timeout), task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            thread.start();
        });
    }

    private static CompletableFuture<Poller.Step<String>> pending() {
        return CompletableFuture.completedFuture(Poller.Step.pending("INIT"));
    }

    private void awaitScheduled(int tasks) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (time.pending() < tasks) {
            assertThat(System.nanoTime() - deadline).as("the wait began").isNegative();
            TimeUnit.MICROSECONDS.sleep(200); // a bounded wait for a condition
        }
    }

    @Test
    void theFirstPollComesAfter50msAndThePausesGrowTo2Seconds() {
        CompletableFuture<String> result = poller(PollLoopTest::pending, 1).toCompletableFuture();

        time.advance(Duration.ofMinutes(1));

        assertThat(result).isNotDone();

        assertThat(polls.get(0)).isBetween(Duration.ofMillis(40), Duration.ofMillis(50));
        for (int i = 1; i < polls.size(); i++) {
            Duration pause = polls.get(i).minus(polls.get(i - 1));
            assertThat(pause).isBetween(Duration.ofMillis(40), Duration.ofSeconds(2));
        }
        assertThat(polls).hasSizeBetween(30, 55);
    }

    @Test
    void failuresOfSinglePollsDoNotEndTheWait() {
        List<CompletableFuture<Poller.Step<String>>> answers = new ArrayList<>(List.of(
                CompletableFuture.failedFuture(new UnavailableException("HTTP 500")),
                pending(),
                CompletableFuture.failedFuture(new UnavailableException("reset")),
                CompletableFuture.completedFuture(Poller.Step.done("ready"))));
        CompletableFuture<String> result = poller(() -> answers.remove(0), 1).toCompletableFuture();

        time.advance(Duration.ofSeconds(2));

        assertThat(result).isCompletedWithValue("ready");
        assertThat(time.pending()).as("no timer is left").isZero();
    }

    @Test
    void aPollThatNeverAnswersDoesNotEndTheWait() {
        List<CompletableFuture<Poller.Step<String>>> answers = new ArrayList<>(
                List.of(new CompletableFuture<>(), CompletableFuture.completedFuture(Poller.Step.done("ready"))));
        CompletableFuture<String> result = poller(() -> answers.remove(0), 1).toCompletableFuture();

        time.advance(Duration.ofSeconds(6));

        assertThat(result).isCompletedWithValue("ready");
    }

    @Test
    void aFinalFailureEndsTheWaitAtOnceAndIsRemembered() {
        OperationFailedException reason = new OperationFailedException("no space");
        Poller<String> poller = poller(() -> CompletableFuture.failedFuture(reason), 1);
        CompletableFuture<String> result = poller.toCompletableFuture();

        time.advance(Duration.ofMillis(50));

        assertThat(result).isCompletedExceptionally();
        assertThatThrownBy(() -> poller.await(Duration.ofSeconds(1))).isSameAs(reason);
        assertThat(polls).hasSize(1);
    }

    @Test
    void theTimeoutNamesTheOperationTheLastStateAndTheLastFailure() throws Exception {
        CompletableFuture<String> result = begin(
                poller(
                        () -> polls.size() == 1
                                ? pending()
                                : CompletableFuture.failedFuture(new UnavailableException("HTTP 503")),
                        1),
                Duration.ofSeconds(3));
        awaitScheduled(3);

        time.advance(Duration.ofSeconds(3));

        assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(OperationTimeoutException.class)
                .hasMessageContainingAll("projects/p/operations/1", "projects/p/branches/b", "3000 ms", "INIT", "503");
    }

    @Test
    void oneLastPollComesJustBeforeTheDeadline() throws Exception {
        CompletableFuture<String> result = begin(poller(PollLoopTest::pending, 1), Duration.ofSeconds(30));
        awaitScheduled(3);

        time.advance(Duration.ofSeconds(30));

        assertThat(polls.get(polls.size() - 1)).isEqualTo(Duration.ofMillis(29_750));
        assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(OperationTimeoutException.class);
    }

    @Test
    void interruptionEndsTheWaitAtOnceAndRestoresTheFlag() throws Exception {
        Poller<String> poller = poller(PollLoopTest::pending, 1);
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread waiter = new Thread(() -> {
            try {
                poller.await(Duration.ofHours(1));
            } catch (CallInterruptedException e) {
                flag.complete(Thread.currentThread().isInterrupted());
            }
        });
        waiter.start();
        awaitScheduled(3);

        waiter.interrupt();

        assertThat(flag.get(20, TimeUnit.SECONDS)).isTrue();
        waiter.join(20_000);
        assertThat(time.pending()).as("the polling stopped").isZero();
    }

    @Test
    void cancellingTheFutureStopsThePolling() {
        CompletableFuture<String> result = poller(PollLoopTest::pending, 1).toCompletableFuture();
        time.advance(Duration.ofSeconds(1));

        result.cancel(false);

        assertThat(time.pending()).isZero();
    }

    @Test
    void randomWaitsKeepTheirDeadlineAndNeverSpin() {
        randomWaits(1_000);
    }

    @Test
    @Tag("soak")
    void tenThousandRandomWaitsKeepTheirDeadlineAndNeverSpin() {
        randomWaits(10_000);
    }

    private void randomWaits(int waits) {
        for (int seed = 0; seed < waits; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            polls.clear();
            Duration timeout = Duration.ofMillis(random.nextInt(20, 120_000));
            double ready = random.nextBoolean() ? 0 : random.nextDouble() * 0.1;
            Duration begin = time.elapsed();
            CompletableFuture<String> result = new PollLoop<>(
                            "op",
                            dev.lakebase.client.ErrorDetails.of("resource"),
                            () -> {
                                polls.add(time.elapsed());
                                return randomPoll(random, ready);
                            },
                            time,
                            random,
                            timeout,
                            progress -> {})
                    .start();
            while (!result.isDone() && time.runNext()) {}

            Duration took = time.elapsed().minus(begin);
            assertThat(result).as("seed %d", seed).isDone();
            assertThat(took).as("seed %d", seed).isLessThanOrEqualTo(timeout.plusMillis(100));
            assertThat(polls.size()).as("seed %d, %s", seed, took).isBetween(1, 20 + (int) took.toSeconds());
            Throwable failure = result.handle((value, e) -> e).join();
            if (failure != null && !(failure instanceof NotFoundException)) {
                assertThat(failure).as("seed %d", seed).isInstanceOf(OperationTimeoutException.class);
                assertThat(took).as("seed %d: neither early nor late", seed).isEqualTo(timeout);
            }
            time.advance(Duration.ofMinutes(1)); // what slow polls left behind must do no harm
        }
        assertThat(time.pending()).isZero();
    }

    private CompletableFuture<Poller.Step<String>> randomPoll(SplittableRandom random, double ready) {
        CompletableFuture<Poller.Step<String>> answer = new CompletableFuture<>();
        Runnable outcome = randomOutcome(random, ready, answer);
        switch (random.nextInt(10)) {
            case 0 -> {} // never answers
            case 1, 2 -> delay(time, random.nextInt(20_000), outcome);
            case 3, 4, 5 -> delay(time, random.nextInt(300), outcome);
            default -> outcome.run();
        }
        return answer;
    }

    private static Runnable randomOutcome(
            SplittableRandom random, double ready, CompletableFuture<Poller.Step<String>> answer) {
        double drawn = random.nextDouble();
        if (drawn < ready) {
            return () -> answer.complete(Poller.Step.done("ready"));
        }
        if (drawn > 0.995) {
            return () -> answer.completeExceptionally(new NotFoundException("gone"));
        }
        return drawn < 0.5
                ? () -> answer.complete(Poller.Step.pending("INIT"))
                : () -> answer.completeExceptionally(new UnavailableException("HTTP 500"));
    }

    private static void delay(TimeSource time, int millis, Runnable action) {
        time.schedule(Duration.ofMillis(millis), action);
    }

    @Test
    void aPollThatDiesOfAnErrorEndsTheWait() {
        CompletableFuture<String> result = poller(
                        () -> CompletableFuture.failedFuture(new StackOverflowError("too deep")), 1)
                .toCompletableFuture();

        time.advance(Duration.ofSeconds(1));

        assertThat(result).isCompletedExceptionally();
        assertThat(result.handle((value, failure) -> failure).join()).isInstanceOf(LakebaseException.class);
    }
}
