package dev.lakebase.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an editor completes and explains. */
class MetadataTest {
    /** Whose absence means something of its own, as their descriptions say. */
    private static final Set<String> WITHOUT_DEFAULT = Set.of(
            "lakebase.endpoint",
            "lakebase.project",
            "lakebase.branch",
            "lakebase.host",
            "lakebase.user",
            "lakebase.ssl-root-cert",
            "lakebase.git.directory",
            "lakebase.local.app",
            "lakebase.local.seed",
            "lakebase.local.data-directory");

    private static final Map<String, JsonNode> PROPERTIES = new TreeMap<>();
    private static final Set<String> HINTS = new TreeSet<>();

    @BeforeAll
    static void read() throws IOException {
        try (InputStream json =
                LakebaseProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            JsonNode metadata = new ObjectMapper().readTree(json);
            metadata.get("properties")
                    .forEach(each -> PROPERTIES.put(each.get("name").asText(), each));
            metadata.get("hints").forEach(each -> HINTS.add(each.get("name").asText()));
        }
    }

    @Test
    void everyPropertyIsThereAndNoOther() {
        Set<String> expected = new TreeSet<>();
        collect(LakebaseProperties.class, "lakebase", expected);
        expected.add("management.health.lakebase.enabled");
        expected.add("management.info.lakebase.enabled");
        assertThat(PROPERTIES.keySet()).isEqualTo(expected);
    }

    private static void collect(Class<?> properties, String prefix, Set<String> names) {
        for (RecordComponent component : properties.getRecordComponents()) {
            String name = prefix + "."
                    + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            if (component.getType().isRecord()) {
                collect(component.getType(), name, names);
            } else {
                names.add(name);
            }
        }
    }

    @Test
    void everyPropertyIsDescribed() {
        assertThat(PROPERTIES)
                .allSatisfy((name, property) ->
                        assertThat(property.path("description").asText()).isNotBlank());
    }

    @Test
    void everyPropertyHasADefaultOrAReasonToHaveNone() {
        assertThat(PROPERTIES)
                .allSatisfy((name, property) ->
                        assertThat(property.has("defaultValue")).isNotEqualTo(WITHOUT_DEFAULT.contains(name)));
    }

    @Test
    void hintsAreAboutPropertiesThatExist() {
        assertThat(HINTS).isNotEmpty().isSubsetOf(PROPERTIES.keySet());
    }
}
