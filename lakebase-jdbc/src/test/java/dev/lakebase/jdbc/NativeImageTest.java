package dev.lakebase.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.postgresql.core.BaseConnection;

/** A native image contains what is only named in strings if the metadata say so. */
class NativeImageTest {
    private static final Path METADATA =
            Path.of("src/main/resources/META-INF/native-image/dev.lakebase/lakebase-jdbc/reachability-metadata.json");

    @Test
    void everyTypeOfTheMetadataExists() throws Exception {
        var types = Pattern.compile("\"((?:dev\\.lakebase|org\\.postgresql)[A-Za-z.$]+)\"")
                .matcher(Files.readString(METADATA));
        int found = 0;
        while (types.find()) {
            String type = types.group(1);
            assertThatCode(() -> Class.forName(type)).doesNotThrowAnyException();
            found++;
        }
        assertThat(found).isEqualTo(7);
    }

    @Test
    void everyClassThatIsMadeByItsNameOrAsAProxyIsInTheMetadata() throws Exception {
        String metadata = Files.readString(METADATA);
        String sources = "";
        try (var files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                sources += Files.readString(file);
            }
        }
        var names = Pattern.compile("\\.set\\(properties, \"(org\\.postgresql\\.[A-Za-z.]+)\"\\)")
                .matcher(sources);
        while (names.find()) {
            assertThat(metadata).contains(names.group(1));
        }
        assertThat(sources.split("newProxyInstance", -1)).as("proxies").hasSize(3);
        for (Class<?> proxied : List.of(BadNews.class, BaseConnection.class)) {
            assertThat(metadata).contains("\"proxy\": [\"" + proxied.getName() + "\"]");
        }
        assertThat(sources.split("\\.invoke\\(", -1))
                .as("methods by reflection")
                .hasSize(2);
        assertThat(metadata)
                .containsPattern("\"" + BaseConnection.class.getName() + "\",\\s+\"allPublicMethods\": true");
        assertThat(sources.split("Class\\.forName|getDeclaredConstructor", -1))
                .as("classes by name")
                .hasSize(1);
    }
}
