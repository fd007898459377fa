package dev.lakebase.jdbc.login;

import dev.lakebase.client.BranchName;
import dev.lakebase.client.CredentialTarget;
import dev.lakebase.client.Endpoint;
import dev.lakebase.client.EndpointName;
import dev.lakebase.client.EndpointState;
import dev.lakebase.client.EndpointType;
import dev.lakebase.client.credential.CredentialListener;
import dev.lakebase.client.credential.CredentialRequest;
import dev.lakebase.client.credential.DatabaseCredential;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A platform with one endpoint, whose answers a test decides. Shares a minted token until it is discarded. */
public final class FakeControlPlane implements ControlPlane {
    public static final EndpointName ENDPOINT =
            EndpointName.parse("projects/shop/branches/production/endpoints/primary");

    public final AtomicInteger mints = new AtomicInteger();
    public final Set<CredentialRequest> requests = ConcurrentHashMap.newKeySet();
    public final Set<CredentialListener> listeners = ConcurrentHashMap.newKeySet();
    public final AtomicInteger lookUps = new AtomicInteger();
    public volatile Supplier<CompletableFuture<Endpoint>> endpoint;
    public volatile Supplier<CompletableFuture<String>> user =
            () -> CompletableFuture.completedFuture("me@example.com");
    public volatile Supplier<CompletableFuture<DatabaseCredential>> minter =
            () -> CompletableFuture.completedFuture(credential("token-" + mints.get()));

    public volatile Supplier<CompletableFuture<Instant>> created =
            () -> CompletableFuture.completedFuture(Instant.EPOCH);

    private final AtomicReference<CompletableFuture<DatabaseCredential>> current = new AtomicReference<>();

    public FakeControlPlane(String host, int port) {
        endpoint = () -> CompletableFuture.completedFuture(endpointAt(host, port));
    }

    public Consumer<ConnectorBuilder> install() {
        return builder -> builder.controlPlane(this);
    }

    public static DatabaseCredential credential(String token) {
        Instant now = Instant.now();
        return new DatabaseCredential(token, now, now.plusSeconds(3600));
    }

    public static Endpoint endpointAt(String host, int port) {
        return new Endpoint(
                ENDPOINT,
                "ep-1",
                EndpointType.READ_WRITE,
                EndpointState.ACTIVE,
                "ACTIVE",
                null,
                host,
                port,
                host == null ? List.of() : List.of(host),
                List.of(),
                false,
                null,
                -1,
                -1,
                null,
                null,
                "{}");
    }

    @Override
    public CompletableFuture<Compute> compute(CredentialTarget target) {
        lookUps.incrementAndGet();
        return endpoint.get().thenApply(Compute::of);
    }

    @Override
    public CompletableFuture<Compute> readWrite(BranchName branch) {
        return compute(ENDPOINT);
    }

    @Override
    public CompletableFuture<DatabaseCredential> acquire(CredentialRequest request) {
        requests.add(request);
        while (true) {
            CompletableFuture<DatabaseCredential> shared = current.get();
            if (shared != null && !shared.isCompletedExceptionally()) {
                return shared;
            }
            var mine = new CompletableFuture<DatabaseCredential>();
            if (current.compareAndSet(shared, mine)) {
                mints.incrementAndGet();
                var unused = minter.get().whenComplete((value, failure) -> {
                    if (failure == null) {
                        mine.complete(value);
                    } else {
                        mine.completeExceptionally(failure);
                    }
                });
                return mine;
            }
        }
    }

    @Override
    public void discard(CredentialRequest request, DatabaseCredential rejected) {
        CompletableFuture<DatabaseCredential> shared = current.get();
        if (shared != null && shared.getNow(null) == rejected) {
            current.compareAndSet(shared, null);
        }
    }

    @Override
    public Runnable listen(CredentialRequest request, CredentialListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public CompletableFuture<Instant> branchCreatedAt(BranchName branch) {
        return created.get();
    }

    @Override
    public CompletableFuture<String> currentUserName() {
        return user.get();
    }
}
