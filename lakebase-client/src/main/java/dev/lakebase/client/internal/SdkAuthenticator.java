package dev.lakebase.client.internal;

import com.databricks.sdk.core.DatabricksConfig;
import com.databricks.sdk.core.DatabricksError;
import dev.lakebase.client.ErrorDetails;
import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.UnauthenticatedException;
import dev.lakebase.client.UnavailableException;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The SDK's unified authentication. Its calls block and lock, so they run on a daemon thread of this object; callers
 * get a future, and share the one that is under way.
 */
public final class SdkAuthenticator implements Authenticator {
    /** What the SDK's own services send where the workspace's id is known. */
    static final String WORKSPACE_HEADER = "X-Databricks-Workspace-Id";

    private final Function<SdkConfigs, DatabricksConfig> resolved;
    private final SdkConfigs configs = new SdkConfigs();
    private final ExecutorService thread = DaemonThreads.single("lakebase-auth");
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable CompletableFuture<Authentication> underWay;
    // written by the one thread only; null until a resolve succeeded, so that a failed one is tried anew
    private volatile @Nullable DatabricksConfig config;

    /**
     * An authenticator that has not asked for anything yet.
     *
     * @param resolved makes a resolved configuration; may block, and is asked again after a failure
     */
    public SdkAuthenticator(Function<SdkConfigs, DatabricksConfig> resolved) {
        this.resolved = resolved;
    }

    @Override
    public CompletableFuture<Authentication> authenticate() {
        CompletableFuture<Authentication> mine = new CompletableFuture<>();
        lock.lock();
        try {
            if (underWay != null) {
                return underWay.copy();
            }
            underWay = mine;
        } finally {
            lock.unlock();
        }
        try {
            thread.execute(() -> run(mine));
        } catch (java.util.concurrent.RejectedExecutionException e) {
            finish(mine, null, new UnavailableException("The client is closed.", ErrorDetails.NONE, e, false));
        }
        return mine.copy();
    }

    private void run(CompletableFuture<Authentication> future) {
        try {
            DatabricksConfig current = config;
            if (current == null) {
                current = resolved.apply(configs);
            }
            Map<String, String> headers = new HashMap<>(current.authenticate());
            String workspaceId = current.getWorkspaceId();
            if (workspaceId != null) {
                headers.putIfAbsent(WORKSPACE_HEADER, workspaceId);
            }
            // the notebook's own authentication sets the host, so it is read after authenticate()
            URI host = Hosts.parse(current.getHost(), "The workspace's host (DATABRICKS_HOST or the profile's)");
            config = current;
            finish(future, new Authentication(host, Map.copyOf(headers)), null);
        } catch (RuntimeException | Error e) {
            finish(future, null, failure(e));
        }
    }

    private void finish(
            CompletableFuture<Authentication> future, @Nullable Authentication success, @Nullable Throwable failure) {
        lock.lock();
        try {
            underWay = null;
        } finally {
            lock.unlock();
        }
        if (failure != null) {
            future.completeExceptionally(failure);
        } else {
            future.complete(success);
        }
    }

    private static LakebaseException failure(Throwable e) {
        if (e instanceof LakebaseException || e instanceof Error) {
            return Waits.failure(e); // an error is about this program, not about who calls
        }
        String reason = Redaction.scrub(e.getMessage());
        if (isOutage(e)) {
            return new UnavailableException(
                    "The workspace's identity service could not be reached: " + reason, ErrorDetails.NONE, e);
        }
        return new UnauthenticatedException(
                "No Databricks identity: " + reason + " Set DATABRICKS_HOST together with DATABRICKS_TOKEN, or with"
                        + " DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, or name a profile of ~/.databrickscfg.",
                ErrorDetails.NONE,
                e);
    }

    private static boolean isOutage(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return true;
            }
            if (cause instanceof DatabricksError error
                    && (error.getStatusCode() == 429 || error.getStatusCode() >= 500)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        thread.shutdownNow();
        configs.close();
    }
}
