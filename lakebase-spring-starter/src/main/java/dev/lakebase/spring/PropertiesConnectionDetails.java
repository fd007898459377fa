package dev.lakebase.spring;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MutuallyExclusiveConfigurationPropertiesException;
import org.springframework.core.env.Environment;

/** What {@code lakebase.*} and the variables of Databricks Apps say. */
record PropertiesConnectionDetails(LakebaseProperties properties, Map<String, String> environment)
        implements LakebaseConnectionDetails {
    /** What Databricks Apps and the PostgreSQL tools name; Spring's own sources may stand in for the process's. */
    private static final List<String> VARIABLES = List.of(
            "LAKEBASE_ENDPOINT",
            "PGHOST",
            "PGPORT",
            "PGDATABASE",
            "PGUSER",
            "PGSSLMODE",
            "PGSSLROOTCERT",
            "DATABRICKS_CLIENT_ID");

    /** @throws MutuallyExclusiveConfigurationPropertiesException if both an endpoint and a branch are named */
    static PropertiesConnectionDetails of(LakebaseProperties properties, Environment environment) {
        boolean namesBranch = properties.project() != null || properties.branch() != null;
        Map<String, String> variables = variables(environment, VARIABLES);
        boolean ownEndpoint =
                properties.endpoint() != null && !properties.endpoint().equals(variables.get("LAKEBASE_ENDPOINT"));
        if (namesBranch) {
            MutuallyExclusiveConfigurationPropertiesException.throwIfMultipleNonNullValuesIn(entries -> {
                entries.put("lakebase.endpoint", ownEndpoint ? properties.endpoint() : null);
                entries.put("lakebase.branch", properties.branch());
            });
            require(
                    "lakebase.project",
                    properties.project(),
                    "lakebase.branch names a branch of a project: name it too");
            require("lakebase.branch", properties.branch(), "lakebase.project is set: name its branch too");
        }
        return new PropertiesConnectionDetails(properties, variables);
    }

    private static void require(String name, @Nullable String value, String reason) {
        if (value == null || value.isBlank()) {
            throw new InvalidConfigurationPropertyValueException(name, value, reason);
        }
    }

    /** Null where it is the environment's own, which keeps the host and the database that the environment has for it. */
    @Override
    public @Nullable String endpoint() {
        return branch() != null || (host() == null && isOfTheEnvironment()) ? null : properties.endpoint();
    }

    private boolean isOfTheEnvironment() {
        return Objects.equals(properties.endpoint(), environment.get("LAKEBASE_ENDPOINT"));
    }

    @Override
    public @Nullable String branch() {
        return properties.branch() == null
                ? null
                : "projects/" + properties.project() + "/branches/" + properties.branch();
    }

    @Override
    public @Nullable String host() {
        return properties.host();
    }

    @Override
    public @Nullable Integer port() {
        return properties.port();
    }

    /** The environment's, for its own endpoint: a host of one's own leads to the same one. */
    @Override
    public @Nullable String database() {
        boolean environments = properties.database() == null && branch() == null && isOfTheEnvironment();
        return environments ? environment.get("PGDATABASE") : properties.database();
    }

    @Override
    public @Nullable String user() {
        return properties.user();
    }

    @Override
    public @Nullable Path sslRootCert() {
        return properties.sslRootCert();
    }

    /** Those that are set, as Spring sees them: a property source can stand in for the process's environment. */
    static Map<String, String> variables(Environment environment, List<String> names) {
        Map<String, String> variables = new HashMap<>();
        for (String name : names) {
            String value = environment.getProperty(name);
            if (value != null) {
                variables.put(name, value);
            }
        }
        return Map.copyOf(variables);
    }
}
