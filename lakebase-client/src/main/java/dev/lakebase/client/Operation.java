package dev.lakebase.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Something that the platform is doing, and that takes a while. Thread-safe; dropping an operation does not stop what
 * the platform does.
 */
public interface Operation<T> {

    /**
     * The platform's name for it ({@code …/operations/…}), or the resource's name where the platform gave none. Written
     * down, it lets another process wait on after this one has died, as with {@link Branches#resume}.
     */
    String name();

    /**
     * Waits until it is done: polls after 50 ms first, then in growing, jittered steps of at most some 2 s, and once more
     * just before the deadline. Polls that fail (HTTP 5xx, a lost connection, a time-out) don't end the wait.
     *
     * @param timeout the longest wait; it is kept even if the platform does not answer at all
     * @throws OperationFailedException if the platform reports that it failed, or another {@link LakebaseException} where
     *     the reason is known more exactly, such as {@link QuotaExceededException}
     * @throws OperationTimeoutException if it is not done in time; waiting again is possible
     * @throws CallInterruptedException if the thread is interrupted; the interrupted flag is set again
     */
    default T await(Duration timeout) {
        return await(timeout, progress -> {});
    }

    /**
     * The same, for command lines: the listener hears after every poll how it goes.
     *
     * @param listener called by threads of the client's, one at a time; what is found out meanwhile it misses. It must not
     *     block for long; once it throws, that is logged, and it hears no more of this wait
     */
    T await(Duration timeout, Consumer<Progress> listener);

    /**
     * The same wait without a thread and without a deadline, which ends at the latest when the client is closed. The
     * future fails with a {@link LakebaseException}. Cancelling it stops the polling, not what the platform does.
     */
    CompletableFuture<T> toCompletableFuture();

    /**
     * How a wait goes.
     *
     * @param operation the operation's name
     * @param elapsed since the wait began
     * @param state what the last poll found, for people, such as {@code branch INIT}
     */
    record Progress(String operation, Duration elapsed, String state) {}
}
