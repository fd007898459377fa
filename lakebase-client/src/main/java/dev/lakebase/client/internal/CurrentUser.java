package dev.lakebase.client.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Who the caller is, by the workspace's own word. Asked once; askers share the call that is under way. */
public final class CurrentUser {
    private static final Call ME =
            new Call("GET", "/api/2.0/preview/scim/v2/Me", null, "the current user", Call.Repeat.FREELY, null);

    private final ControlPlane plane;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable CompletableFuture<String> known;

    public CurrentUser(ControlPlane plane) {
        this.plane = plane;
    }

    public CompletableFuture<String> name() {
        lock.lock();
        try {
            if (known == null || known.isCompletedExceptionally()) {
                known = plane.send(ME, (body, answer) -> Json.text(body, "userName"));
            }
            return known.copy();
        } finally {
            lock.unlock();
        }
    }
}
