package dev.lakebase.spring.actuate;

import dev.lakebase.client.BranchName;
import dev.lakebase.client.Endpoint;
import dev.lakebase.client.EndpointName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The states of endpoints as the control plane tells them: one question per endpoint and some seconds, however many ask. */
final class EndpointStates {
    /** Orchestrators ask every few seconds, and several at once: this is what the control plane sees of them. */
    static final Duration CACHED_FOR = Duration.ofSeconds(10);

    /** A probe that waits longer is taken for a failure by whoever asked. */
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(2);

    private final LakebaseClient client;
    private final LongSupplier nanoTime;
    private final Map<String, Asked> cache = new ConcurrentHashMap<>();

    EndpointStates(LakebaseClient client, LongSupplier nanoTime) {
        this.client = client;
        this.nanoTime = nanoTime;
    }

    private record Asked(CompletableFuture<Endpoint> answer, long at) {}

    /**
     * The endpoint of the pool, null where the pool has none (a native login to a bare host). Blocks for at most 2 s.
     *
     * @throws RuntimeException if the control plane does not say
     */
    @Nullable
    Endpoint of(LakebaseDataSource pool) {
        EndpointName endpoint = pool.endpointName();
        BranchName branch = pool.branchName();
        if (branch == null) {
            return null;
        }
        long now = nanoTime.getAsLong();
        Asked asked = cache.compute(
                endpoint == null ? branch.toString() : endpoint.toString(),
                (name, before) -> before != null && now - before.at() < CACHED_FOR.toNanos()
                        ? before
                        : new Asked(ask(endpoint, branch), now));
        try {
            return asked.answer()
                    .copy()
                    .orTimeout(LONGEST_ANSWER.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException reason
                    ? reason
                    : new IllegalStateException("no answer within " + LONGEST_ANSWER.toSeconds() + " s", e);
        }
    }

    private CompletableFuture<Endpoint> ask(@Nullable EndpointName endpoint, BranchName branch) {
        return endpoint == null
                ? client.endpoints().readWriteAsync(branch)
                : client.endpoints().getAsync(endpoint);
    }
}
