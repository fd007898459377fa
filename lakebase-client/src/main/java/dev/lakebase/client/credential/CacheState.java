package dev.lakebase.client.credential;

import dev.lakebase.client.LakebaseException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What a cache knows at one moment. Immutable, so that one read gives a consistent picture. */
record CacheState(
        @Nullable Held held,
        @Nullable CompletableFuture<DatabaseCredential> mint,
        @Nullable Setback setback,
        boolean closed) {
    static final CacheState EMPTY = new CacheState(null, null, null, false);

    /**
     * The last mint failed: nobody asks again before the time is up.
     *
     * @param count the failures before it, without a success between them
     */
    record Setback(LakebaseException failure, int count, long untilNanos) {}

    boolean mayMint(long nanos) {
        return mint == null && (setback == null || nanos - setback.untilNanos() >= 0);
    }
}
