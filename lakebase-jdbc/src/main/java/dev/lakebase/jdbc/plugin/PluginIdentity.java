package dev.lakebase.jdbc.plugin;

import dev.lakebase.client.InvalidArgumentException;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.credential.RefreshPolicy;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for tokens: a profile of a configuration file, or what the environment says. Equal if it leads to the same caller.
 *
 * @param databricks the variables {@code DATABRICKS_*}, secrets among them
 */
record PluginIdentity(@Nullable String profile, Map<String, String> databricks) {
    static PluginIdentity of(@Nullable String profile, @Nullable String configFile, Map<String, String> environment) {
        Map<String, String> databricks = new HashMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith("DATABRICKS_")) {
                databricks.put(name, value);
            }
        });
        if (configFile != null) {
            databricks.put("DATABRICKS_CONFIG_FILE", configFile);
        }
        return new PluginIdentity(profile == null && configFile != null ? "DEFAULT" : profile, Map.copyOf(databricks));
    }

    /**
     * Sends nothing. Mints only when asked: a tool that lies idle must not ask for tokens every hour.
     *
     * @throws IllegalArgumentException if the environment names another caller than the profile
     */
    LakebaseClient client() {
        LakebaseClient.Builder builder =
                LakebaseClient.builder().environment(databricks).refreshPolicy(RefreshPolicy.LAZY);
        if (profile == null) {
            return builder.build();
        }
        try {
            return builder.profile(profile).build();
        } catch (InvalidArgumentException e) {
            throw new IllegalArgumentException(
                    PluginSettings.PROFILE + " or " + PluginSettings.CONFIG_FILE + ": " + e.getMessage(), e);
        }
    }

    /** No values: some are secrets. */
    @Override
    public String toString() {
        return "PluginIdentity[" + (profile == null ? "" : "profile " + profile + ", ")
                + databricks.keySet().stream().sorted().collect(Collectors.joining(", ")) + "]";
    }
}
