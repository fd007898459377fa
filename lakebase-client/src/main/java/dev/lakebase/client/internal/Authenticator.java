package dev.lakebase.client.internal;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Says where the workspace is and who calls it. Thread-safe. */
public interface Authenticator extends AutoCloseable {

    /** Never blocks the caller; a failure is not remembered. */
    CompletableFuture<Authentication> authenticate();

    @Override
    void close();

    /** The workspace's address and the headers that identify the caller; {@link #toString()} hides the latter. */
    record Authentication(URI host, Map<String, String> headers) {
        @Override
        public String toString() {
            return "Authentication[" + host + "]";
        }
    }
}
