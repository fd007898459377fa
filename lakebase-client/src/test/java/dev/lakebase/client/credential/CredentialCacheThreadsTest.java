package dev.lakebase.client.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.CallInterruptedException;
import dev.lakebase.client.OperationTimeoutException;
import dev.lakebase.client.PermissionDeniedException;
import dev.lakebase.client.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CredentialCacheThreadsTest {
    private static final int THREADS = 64;

    private final FakeSource source = new FakeSource(TimeSource.system(), Duration.ofHours(1));

    private CredentialCache cache() {
        return CredentialCache.builder(source, CredentialCacheTest.REQUEST).build();
    }

    /** Starts the threads together, and gives back what each of them got: a token or an exception. */
    private static List<CompletableFuture<DatabaseCredential>> together(CredentialCache cache) throws Exception {
        CountDownLatch ready = new CountDownLatch(THREADS);
        CountDownLatch go = new CountDownLatch(1);
        List<CompletableFuture<DatabaseCredential>> results = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            CompletableFuture<DatabaseCredential> result = new CompletableFuture<>();
            results.add(result);
            Thread thread = new Thread(() -> {
                ready.countDown();
                try {
                    go.await();
                    result.complete(cache.get(Duration.ofSeconds(20)));
                } catch (Throwable e) {
                    result.completeExceptionally(e);
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
        assertThat(ready.await(20, TimeUnit.SECONDS)).isTrue();
        go.countDown();
        return results;
    }

    private void awaitFirstMint() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (source.mints() == 0) {
            assertThat(System.nanoTime() - deadline).isNegative();
            TimeUnit.MILLISECONDS.sleep(1); // a bounded wait for a condition
        }
    }

    @Test
    void sixtyFourThreadsThatBorrowFirstAtOnceCauseOneMint() throws Exception {
        source.hold();
        try (CredentialCache cache = cache()) {
            List<CompletableFuture<DatabaseCredential>> results = together(cache);
            awaitFirstMint();
            source.answer();

            for (CompletableFuture<DatabaseCredential> result : results) {
                assertThat(result.get(20, TimeUnit.SECONDS).token()).isEqualTo("token-1");
            }
            assertThat(source.mints()).isOne();
        }
    }

    @Test
    void aDeniedIdentityFailsAllSixtyFourWithTheTrueReasonAfterOneMint() throws Exception {
        source.hold();
        try (CredentialCache cache = cache()) {
            List<CompletableFuture<DatabaseCredential>> results = together(cache);
            awaitFirstMint();
            source.fail(new PermissionDeniedException("needs CAN USE"));

            for (CompletableFuture<DatabaseCredential> result : results) {
                assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS))
                        .cause()
                        .isInstanceOf(PermissionDeniedException.class)
                        .hasMessage("needs CAN USE");
            }
            assertThat(source.mints()).isOne();
        }
    }

    @Test
    void aWaitEndsAtItsDeadlineWhileTheMintGoesOn() {
        source.hold();
        try (CredentialCache cache = cache()) {
            assertThatThrownBy(() -> cache.get(Duration.ofMillis(20)))
                    .isInstanceOf(OperationTimeoutException.class)
                    .hasMessageContainingAll("20 ms", "projects/shop/branches/production/endpoints/primary");

            source.answer();
            assertThat(cache.get(Duration.ofSeconds(20)).token()).isEqualTo("token-1");
            assertThat(source.mints()).isOne();
        }
    }

    @Test
    void anInterruptedWaiterKeepsItsFlagAndTheOthersTheirMint() throws Exception {
        source.hold();
        try (CredentialCache cache = cache()) {
            CompletableFuture<DatabaseCredential> other = cache.acquire();
            CompletableFuture<Boolean> flag = new CompletableFuture<>();
            Thread waiter = new Thread(() -> {
                try {
                    cache.get(Duration.ofSeconds(20));
                    flag.completeExceptionally(new AssertionError("was not interrupted"));
                } catch (CallInterruptedException e) {
                    flag.complete(Thread.currentThread().isInterrupted());
                }
            });
            waiter.start();
            waiter.interrupt();

            assertThat(flag.get(20, TimeUnit.SECONDS)).isTrue();
            source.answer();
            assertThat(other.get(20, TimeUnit.SECONDS).token()).isEqualTo("token-1");
        }
    }
}
