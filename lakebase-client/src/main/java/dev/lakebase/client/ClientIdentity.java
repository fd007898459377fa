package dev.lakebase.client;

import com.databricks.sdk.WorkspaceClient;
import com.databricks.sdk.core.DatabricksConfig;
import dev.lakebase.client.internal.Authenticator;
import dev.lakebase.client.internal.BearerAuthenticator;
import dev.lakebase.client.internal.Hosts;
import dev.lakebase.client.internal.SdkAuthenticator;
import dev.lakebase.client.internal.SdkConfigs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which workspace, and as whom: collects the settings of it, refuses what contradicts. */
final class ClientIdentity {
    /** The SDK reads them from the process before it looks at the profile, which no setting can keep it from. */
    private static final List<String> STRONGER_THAN_A_PROFILE = List.of(
            "DATABRICKS_HOST",
            "DATABRICKS_TOKEN",
            "DATABRICKS_CLIENT_ID",
            "DATABRICKS_CLIENT_SECRET",
            "DATABRICKS_USERNAME",
            "DATABRICKS_PASSWORD",
            "DATABRICKS_AUTH_TYPE");

    private final Map<String, Object> set = new LinkedHashMap<>();
    private final Map<String, String> process;
    private Map<String, String> environment;

    /** @param process the environment of this process, which the SDK reads whatever {@link #environment} says */
    ClientIdentity(Map<String, String> process) {
        this.process = process;
        this.environment = process;
    }

    void host(String host) {
        Hosts.parse(host, "host(…)");
        put("host", host);
    }

    void token(String token) {
        put("token", requireText("token", token), "clientId", "clientSecret", "profile");
    }

    void clientId(String clientId) {
        put("clientId", requireText("clientId", clientId), "token", "profile");
    }

    void clientSecret(String clientSecret) {
        put("clientSecret", requireText("clientSecret", clientSecret), "token", "profile");
    }

    void profile(String profile) {
        put("profile", requireText("profile", profile), "token", "clientId", "clientSecret", "host");
    }

    void workspaceClient(WorkspaceClient workspaceClient) {
        putAlone("workspaceClient", workspaceClient);
    }

    void config(DatabricksConfig config) {
        putAlone("config", config);
    }

    void environment(Map<String, String> environment) {
        put("environment", environment);
        this.environment = Map.copyOf(environment);
    }

    private void put(String name, Object value, String... others) {
        for (String other : others) {
            refuse(name, other);
        }
        if (name.equals("host")) {
            refuse(name, "profile");
        }
        refuse(name, "workspaceClient");
        refuse(name, "config");
        set.put(name, value);
    }

    private void putAlone(String name, Object value) {
        for (String other : set.keySet()) {
            if (!other.equals(name)) {
                refuse(name, other);
            }
        }
        set.put(name, value);
    }

    private void refuse(String name, String other) {
        if (set.containsKey(other)) {
            throw new InvalidArgumentException(
                    name + "(…) can't be combined with " + other + "(…), which was set before: both say who calls"
                            + (name.equals("host") || other.equals("host") ? ", and where" : "") + ".");
        }
    }

    private static String requireText(String name, String value) {
        if (value.isBlank()) {
            throw new InvalidArgumentException(name + "(…) is empty.");
        }
        return value;
    }

    private @Nullable String text(String name) {
        return (String) set.get(name);
    }

    /** An explicit setting, or the environment's; empty variables count as unset, as in the SDK. */
    private @Nullable String text(String name, String variable) {
        String explicit = text(name);
        String inherited = environment.get(variable);
        return explicit != null ? explicit : inherited == null || inherited.isBlank() ? null : inherited;
    }

    Authenticator authenticator() {
        if (set.get("workspaceClient") instanceof WorkspaceClient client) {
            return new SdkAuthenticator(configs -> configs.resolvedCopy(client.config()));
        }
        if (set.get("config") instanceof DatabricksConfig config) {
            return new SdkAuthenticator(configs -> configs.resolvedCopy(config));
        }
        refuseWhatIsStrongerThanTheProfile();
        requireBoth("clientId", "DATABRICKS_CLIENT_ID", "clientSecret", "DATABRICKS_CLIENT_SECRET");
        requireBoth("clientSecret", "DATABRICKS_CLIENT_SECRET", "clientId", "DATABRICKS_CLIENT_ID");

        String host = text("host", "DATABRICKS_HOST");
        String token = text("token", "DATABRICKS_TOKEN");
        boolean tokenChosen = set.containsKey("token")
                || (text("clientId") == null
                        && text("profile") == null
                        && !isSet(environment, "DATABRICKS_CLIENT_SECRET")
                        && !isSet(environment, "DATABRICKS_CONFIG_PROFILE")
                        && "pat".equals(text("authType", "DATABRICKS_AUTH_TYPE", "pat")));
        if (token != null && tokenChosen && (host != null || set.containsKey("token"))) {
            String setting = set.containsKey("host") ? "host(…)" : "DATABRICKS_HOST";
            return new BearerAuthenticator(
                    Hosts.parse(host, setting), token, environment.get("DATABRICKS_WORKSPACE_ID"));
        }
        SdkConfigs.Settings settings = settings();
        return new SdkAuthenticator(configs -> configs.resolved(settings));
    }

    private String text(String name, String variable, String otherwise) {
        String found = text(name, variable);
        return found == null ? otherwise : found;
    }

    private void refuseWhatIsStrongerThanTheProfile() {
        String profile = namedProfile();
        if (profile == null || profile.isBlank()) {
            return;
        }
        for (String variable : STRONGER_THAN_A_PROFILE) {
            if (isSet(process, variable) || isSet(environment, variable)) {
                throw new InvalidArgumentException("profile(\"" + profile + "\") can't be combined with the"
                        + " environment variable " + variable
                        + ", which the Databricks SDK prefers: it would be another"
                        + " workspace or identity than the one named. Unset it, or name no profile.");
            }
        }
    }

    private static boolean isSet(Map<String, String> variables, String name) {
        return !variables.getOrDefault(name, "").isBlank();
    }

    /** Named in code, itself or in an environment that says nothing else about who calls; null for the process's own. */
    private @Nullable String namedProfile() {
        if (set.containsKey("profile")) {
            return text("profile");
        }
        boolean other = set.containsKey("host")
                || set.containsKey("token")
                || set.containsKey("clientId")
                || STRONGER_THAN_A_PROFILE.stream().anyMatch(variable -> isSet(environment, variable));
        return set.containsKey("environment") && !other ? environment.get("DATABRICKS_CONFIG_PROFILE") : null;
    }

    private void requireBoth(String name, String variable, String other, String otherVariable) {
        if (set.containsKey(name) && text(other, otherVariable) == null) {
            throw new InvalidArgumentException(name + "(…) needs " + other + "(…) or " + otherVariable + " (as "
                    + variable + " would), which is not set.");
        }
    }

    /** The SDK's attributes; what is null, the SDK looks for by itself. */
    private SdkConfigs.Settings settings() {
        boolean oauth = set.containsKey("clientId") || set.containsKey("clientSecret");
        boolean profile = set.containsKey("profile");
        return new SdkConfigs.Settings(
                profile ? null : text("host", "DATABRICKS_HOST"),
                profile || oauth ? null : text("token", "DATABRICKS_TOKEN"),
                profile ? null : text("clientId", "DATABRICKS_CLIENT_ID"),
                profile ? null : text("clientSecret", "DATABRICKS_CLIENT_SECRET"),
                oauth ? null : text("profile", "DATABRICKS_CONFIG_PROFILE"),
                text("configFile", "DATABRICKS_CONFIG_FILE"),
                oauth ? "oauth-m2m" : profile ? null : authType(),
                text("workspaceId", "DATABRICKS_WORKSPACE_ID"));
    }

    /** An identity that is whole in the given environment is named, so that the SDK takes none of the process's for it. */
    private @Nullable String authType() {
        String named = text("authType", "DATABRICKS_AUTH_TYPE");
        if (named != null || !set.containsKey("environment")) {
            return named;
        }
        boolean token = text("token", "DATABRICKS_TOKEN") != null;
        boolean id = text("clientId", "DATABRICKS_CLIENT_ID") != null;
        boolean secret = text("clientSecret", "DATABRICKS_CLIENT_SECRET") != null;
        return token && !id && !secret ? "pat" : id && secret && !token ? "oauth-m2m" : null;
    }
}
