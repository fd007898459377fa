package dev.lakebase.client.internal;

import com.databricks.sdk.core.DatabricksConfig;
import com.databricks.sdk.core.commons.CommonsHttpClient;
import com.databricks.sdk.core.http.HttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Makes configurations of the SDK that wait for seconds and print no bodies, and that log in no more once this is closed.
 * Everything here may block.
 */
public final class SdkConfigs implements AutoCloseable {
    private final SilentHttpClient http = new SilentHttpClient(DaemonThreads.pool("lakebase-auth-http"));

    /** What is null is left to the SDK. {@link #toString()} tells nothing. */
    public record Settings(
            @Nullable String host,
            @Nullable String token,
            @Nullable String clientId,
            @Nullable String clientSecret,
            @Nullable String profile,
            @Nullable String configFile,
            @Nullable String authType,
            @Nullable String workspaceId) {
        @Override
        public String toString() {
            return "Settings[…]";
        }
    }

    /** A new configuration, resolved. */
    public DatabricksConfig resolved(Settings settings) {
        DatabricksConfig config = new DatabricksConfig();
        if (settings.host() != null) {
            config.setHost(settings.host());
        }
        if (settings.token() != null) {
            config.setToken(settings.token());
        }
        if (settings.clientId() != null) {
            config.setClientId(settings.clientId());
        }
        if (settings.clientSecret() != null) {
            config.setClientSecret(settings.clientSecret());
        }
        if (settings.profile() != null) {
            config.setProfile(settings.profile());
        }
        if (settings.configFile() != null) {
            config.setConfigFile(settings.configFile());
        }
        if (settings.authType() != null) {
            config.setAuthType(settings.authType());
        }
        if (settings.workspaceId() != null) {
            config.setWorkspaceId(settings.workspaceId());
        }
        return config.setHttpClient(http).resolve();
    }

    /**
     * A resolved copy of the user's own. An HTTP client of the user's own making is kept; the SDK's, which waits for minutes
     * and prints access tokens at DEBUG, is not, nor is the login that was made with it.
     */
    public DatabricksConfig resolvedCopy(DatabricksConfig config) {
        HttpClient theirs = config.getHttpClient();
        if (theirs instanceof CommonsHttpClient) {
            return config.newWithWorkspaceHost(config.getHost()) // the one copy that leaves the login out
                    .setAzureWorkspaceResourceId(config.getAzureWorkspaceResourceId())
                    .setHttpClient(http)
                    .resolve();
        }
        DatabricksConfig copy = config.clone();
        return theirs == null ? copy.setHttpClient(http).resolve() : copy.resolve();
    }

    @Override
    public void close() {
        http.close();
    }
}
