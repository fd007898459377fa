package dev.lakebase.spring;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/** Whether the application runs on Databricks Apps. */
public final class DatabricksApp {
    /** The platform sets it for every app. */
    private static final String PORT = "DATABRICKS_APP_PORT";

    private DatabricksApp() {}

    /** Whether this is an app on Databricks Apps. */
    public static boolean isHere(Environment environment) {
        return environment.containsProperty(PORT);
    }

    /**
     * Refuses a switch that is for development.
     *
     * @param property its name
     * @throws InvalidConfigurationPropertyValueException if this is an app on Databricks Apps
     */
    public static void refuse(String property, Environment environment) {
        if (isHere(environment)) {
            throw new InvalidConfigurationPropertyValueException(
                    property,
                    true,
                    PORT + " is set, so this is a Databricks App, which has a database of its own: set " + property
                            + " in a development profile only.");
        }
    }
}
