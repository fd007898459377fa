package dev.lakebase.jdbc.login;

import dev.lakebase.client.BranchName;
import dev.lakebase.client.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Knows whether a branch is so young that it may turn good logins down: users of the platform see a new branch answer
 * "External authorization failed" for a while. Only what the platform itself calls young counts.
 */
final class BranchAge {
    /** Longer than anybody saw it last; short enough that an identity without a role hears so within a minute. */
    static final Duration FRESH = Duration.ofSeconds(60);

    /** Asked only after two rejections, and the answer decides between two failures. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final @Nullable ControlPlane controlPlane;
    private final TimeSource time;

    BranchAge(@Nullable ControlPlane controlPlane, TimeSource time) {
        this.controlPlane = controlPlane;
        this.time = time;
    }

    /** Until when, by {@link TimeSource#nanoTime()}, the branch counts as fresh: at most {@link #FRESH} from now. */
    long freshUntil(BranchName branch, CompletableFuture<?> aborted, long deadline) throws InterruptedException {
        long now = time.nanoTime();
        if (controlPlane == null) {
            return now;
        }
        long patience = now + PATIENCE.toNanos();
        try {
            CompletableFuture<@Nullable Instant> answer = controlPlane.branchCreatedAt(branch);
            Waits.await(time, CompletableFuture.anyOf(answer, aborted), deadline - patience < 0 ? deadline : patience);
            Instant created = answer.getNow(null);
            if (created == null) {
                return now;
            }
            Duration age = Duration.between(created, time.instant());
            Duration left = age.isNegative() ? FRESH : FRESH.minus(age);
            return time.nanoTime() + Math.max(0, left.toNanos());
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            return now; // not known to be fresh
        }
    }
}
