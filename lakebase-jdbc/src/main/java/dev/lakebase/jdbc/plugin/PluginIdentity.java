package dev.lakebase.jdbc.plugin;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.credential.RefreshPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for tokens: a profile of a configuration file, or what the environment says. Equal if it leads to the same caller.
 *
 * @param databricks the variables {@code DATABRICKS_*}, secrets among them
 */
record PluginIdentity(@Nullable String profile, Map<String, String> databricks) {
    private static final List<String> STRONGER =
            List.of("DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET");

    static PluginIdentity of(@Nullable String profile, @Nullable String configFile, Map<String, String> environment) {
        Map<String, String> databricks = new HashMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith("DATABRICKS_")) {
                databricks.put(name, value);
            }
        });
        if (profile != null || configFile != null) {
            refuseOtherIdentities(environment);
        }
        if (configFile != null) {
            databricks.put("DATABRICKS_CONFIG_FILE", configFile);
        }
        return new PluginIdentity(profile == null && configFile != null ? "DEFAULT" : profile, Map.copyOf(databricks));
    }

    /** The SDK reads them first, so the profile would not be asked: another identity than the one that was named. */
    private static void refuseOtherIdentities(Map<String, String> environment) {
        for (String variable : STRONGER) {
            if (!environment.getOrDefault(variable, "").isBlank()) {
                throw new IllegalArgumentException(PluginSettings.PROFILE + " and " + PluginSettings.CONFIG_FILE
                        + " can't be combined with the environment variable " + variable
                        + ", which says who asks as well. Unset one of them.");
            }
        }
    }

    /** Sends nothing. Mints only when asked: a tool that lies idle must not ask for tokens every hour. */
    LakebaseClient client() {
        LakebaseClient.Builder builder =
                LakebaseClient.builder().environment(databricks).refreshPolicy(RefreshPolicy.LAZY);
        if (profile != null) {
            builder.profile(profile);
        }
        return builder.build();
    }

    /** No values: some are secrets. */
    @Override
    public String toString() {
        return "PluginIdentity[" + (profile == null ? "" : "profile " + profile + ", ")
                + databricks.keySet().stream().sorted().collect(Collectors.joining(", ")) + "]";
    }
}
