package dev.lakebase.client.internal;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Host and token are given: nothing to find out, so the SDK with its start-up calls is not needed. */
public final class BearerAuthenticator implements Authenticator {
    private final Authentication authentication;

    public BearerAuthenticator(URI host, String token, @Nullable String workspaceId) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Authorization", "Bearer " + token);
        if (workspaceId != null) {
            headers.put(SdkAuthenticator.WORKSPACE_HEADER, workspaceId);
        }
        this.authentication = new Authentication(host, Map.copyOf(headers));
    }

    @Override
    public CompletableFuture<Authentication> authenticate() {
        return CompletableFuture.completedFuture(authentication);
    }

    @Override
    public void close() {}
}
