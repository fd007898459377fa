package dev.lakebase.examples.holidays;

import dev.lakebase.client.LakebaseClient;
import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Stands for the process's environment, where the SDK looks for the app's identity. */
@TestConfiguration(proxyBeanMethods = false)
class PlatformClient {
    @Bean
    LakebaseClient lakebaseClient(Environment environment) {
        Map<String, String> variables = new HashMap<>();
        for (String name : new String[] {"DATABRICKS_HOST", "DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET"}) {
            variables.put(name, environment.getRequiredProperty(name));
        }
        return LakebaseClient.builder().environment(variables).build();
    }
}
