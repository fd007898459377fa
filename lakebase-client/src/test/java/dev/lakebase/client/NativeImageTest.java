package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.databricks.sdk.core.DatabricksConfig;
import com.databricks.sdk.core.oauth.OpenIDConnectEndpoints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A native image keeps what the Databricks SDK reflects on, its settings and its JSON, if the metadata say so. */
class NativeImageTest {
    private static final String METADATA =
            "/META-INF/native-image/dev.lakebase/lakebase-client/reachability-metadata.json";
    private static final String OAUTH = OpenIDConnectEndpoints.class.getPackageName();

    @Test
    void settingsAndAnswersOfTheTokenEndpointAreInTheMetadata() throws Exception {
        Map<String, JsonNode> types = new HashMap<>();
        try (InputStream json = NativeImageTest.class.getResourceAsStream(METADATA)) {
            new ObjectMapper()
                    .readTree(json)
                    .get("reflection")
                    .forEach(type -> types.put(type.get("type").asText(), type));
        }
        assertThat(types.get(DatabricksConfig.class.getName())
                        .path("allDeclaredFields")
                        .asBoolean())
                .isTrue();
        // that the names are the SDK's: a rename there must be seen
        for (String name : new String[] {OAUTH + ".OAuthResponse", OAUTH + ".OpenIDConnectEndpoints"}) {
            assertThat(Class.forName(name)).isNotNull();
            assertThat(types.get(name).path("allDeclaredConstructors").asBoolean())
                    .as(name)
                    .isTrue();
        }
    }
}
