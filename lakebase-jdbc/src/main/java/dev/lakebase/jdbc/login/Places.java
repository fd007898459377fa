package dev.lakebase.jdbc.login;

import dev.lakebase.client.BranchName;
import dev.lakebase.client.CredentialTarget;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the compute is: given by the user, or looked up once and remembered. A failed look-up is not remembered. Safe for
 * many threads; nothing blocks.
 */
final class Places {
    private final @Nullable Supplier<CompletableFuture<Compute>> lookUp;
    private final AtomicReference<@Nullable CompletableFuture<Place>> known = new AtomicReference<>();

    private Places(@Nullable Place given, @Nullable Supplier<CompletableFuture<Compute>> lookUp) {
        this.lookUp = lookUp;
        if (given != null) {
            known.set(CompletableFuture.completedFuture(given));
        }
    }

    /** The user named the host. */
    static Places given(String host, int port, @Nullable CredentialTarget target, @Nullable ControlPlane controlPlane) {
        Supplier<CompletableFuture<Compute>> lookUp =
                target == null || controlPlane == null ? null : () -> controlPlane.compute(target);
        return new Places(new Place(host, port, target, false), lookUp);
    }

    static Places of(CredentialTarget target, ControlPlane controlPlane) {
        return new Places(null, () -> controlPlane.compute(target));
    }

    static Places of(BranchName branch, ControlPlane controlPlane) {
        return new Places(null, () -> controlPlane.readWrite(branch));
    }

    /** Completed already if the place is known. Fails if the endpoint can't be read or has no host yet. */
    CompletableFuture<Place> resolve() {
        while (true) {
            CompletableFuture<Place> current = known.get();
            if (current != null && !current.isCompletedExceptionally()) {
                return current;
            }
            var mine = new CompletableFuture<Place>();
            if (known.compareAndSet(current, mine)) {
                start(mine);
                return mine;
            }
        }
    }

    /** The host of {@code stale} has no address: forgets it. False if there is nothing to look another one up by. */
    boolean forget(Place stale) {
        if (lookUp == null) {
            return false;
        }
        CompletableFuture<Place> current = known.get();
        if (current != null && !current.isCompletedExceptionally() && stale.equals(current.getNow(null))) {
            known.compareAndSet(current, null);
        }
        return true;
    }

    /** Asks the platform again, whatever is remembered. Null if there is nothing to look it up by. */
    @Nullable
    CompletableFuture<Compute> lookAgain() {
        try {
            return lookUp == null ? null : lookUp.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The platform now says this. True if it is another place than {@code stale}, which is forgotten then. */
    boolean moved(Place stale, Compute now) {
        String host = now.host();
        if (host == null || stale.belongsTo(now)) {
            return false;
        }
        CompletableFuture<Place> current = known.get();
        if (current != null && !current.isCompletedExceptionally() && stale.equals(current.getNow(null))) {
            var place = new Place(host, now.port(), now.name(), true);
            return known.compareAndSet(current, CompletableFuture.completedFuture(place));
        }
        return false;
    }

    private void start(CompletableFuture<Place> place) {
        if (lookUp == null) {
            place.completeExceptionally(new IllegalStateException("neither host, endpoint nor branch is named"));
            return;
        }
        CompletableFuture<Compute> answer;
        try {
            answer = lookUp.get();
        } catch (RuntimeException e) {
            place.completeExceptionally(e);
            return;
        }
        var unused = answer.whenComplete((endpoint, failure) -> {
            if (failure != null) {
                place.completeExceptionally(failure);
            } else if (endpoint.host() == null) {
                place.completeExceptionally(new NoHostYet(endpoint));
            } else {
                place.complete(new Place(endpoint.host(), endpoint.port(), endpoint.name(), true));
            }
        });
    }

    /** The endpoint is still being made. Worth another look. */
    static final class NoHostYet extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoHostYet(Compute endpoint) {
            super(endpoint.name() + " has no host yet; its state is " + endpoint.stateText());
        }
    }
}
