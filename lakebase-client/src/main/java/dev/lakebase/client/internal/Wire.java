package dev.lakebase.client.internal;

import java.util.concurrent.CompletableFuture;

/** Sends one call once. The future fails with an {@link java.io.IOException} or a LakebaseException. */
public interface Wire extends AutoCloseable {
    /** Never blocks. Cancelling the future gives the exchange up. */
    CompletableFuture<Answer> exchange(Call call);

    @Override
    void close();
}
