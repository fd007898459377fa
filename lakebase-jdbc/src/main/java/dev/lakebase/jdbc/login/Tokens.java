package dev.lakebase.jdbc.login;

import dev.lakebase.client.CredentialTarget;
import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.credential.CredentialClaim;
import dev.lakebase.client.credential.CredentialListener;
import dev.lakebase.client.credential.CredentialRequest;
import dev.lakebase.client.credential.DatabaseCredential;
import dev.lakebase.jdbc.login.LakebaseListener.MintFailed;
import dev.lakebase.jdbc.login.LakebaseListener.Minted;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Tokens from the client's shared cache, and what the listeners hear of them. */
final class Tokens implements LoginPassword, CredentialListener {
    private final String name;
    private final ControlPlane controlPlane;
    private final @Nullable Duration ttl;
    private final List<CredentialClaim> claims;
    private final Listeners listeners;
    private final Map<CredentialRequest, Runnable> listening = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Tokens(
            String name,
            ControlPlane controlPlane,
            @Nullable Duration ttl,
            List<CredentialClaim> claims,
            Listeners listeners) {
        this.name = name;
        this.controlPlane = controlPlane;
        this.ttl = ttl;
        this.claims = List.copyOf(claims);
        this.listeners = listeners;
    }

    @Override
    public CompletableFuture<Secret> acquire(@Nullable CredentialTarget endpoint) {
        if (endpoint == null) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("A token is minted for an endpoint, and none is named"));
        }
        CredentialRequest request = request(endpoint);
        if (!listening.containsKey(request)) {
            listening.computeIfAbsent(request, kind -> controlPlane.listen(kind, this));
            if (closed) { // meanwhile: a login under way comes here without knowing
                close();
            }
        }
        return controlPlane
                .acquire(request)
                .thenApply(credential -> new Secret(credential.token(), credential, endpoint));
    }

    @Override
    public boolean discard(Secret rejected) {
        CredentialTarget endpoint = rejected.endpoint();
        DatabaseCredential credential = rejected.credential();
        if (endpoint != null && credential != null) {
            controlPlane.discard(request(endpoint), credential);
        }
        return true;
    }

    private CredentialRequest request(CredentialTarget endpoint) {
        return new CredentialRequest(endpoint, ttl, claims);
    }

    @Override
    public boolean isToken() {
        return true;
    }

    /** The cache may live on: it is the client's. */
    @Override
    public void close() {
        closed = true;
        listening.values().forEach(Runnable::run);
    }

    @Override
    public void minted(CredentialRequest request, Duration took, Instant expiresAt) {
        var event = new Minted(name, request.target(), took, expiresAt);
        listeners.tell(listener -> listener.minted(event));
    }

    @Override
    public void failed(
            CredentialRequest request,
            Duration took,
            LakebaseException failure,
            int inARow,
            @Nullable Instant coveredUntil) {
        var event = new MintFailed(name, request.target(), took, String.valueOf(failure.getMessage()), coveredUntil);
        listeners.tell(listener -> listener.mintFailed(event));
    }
}
