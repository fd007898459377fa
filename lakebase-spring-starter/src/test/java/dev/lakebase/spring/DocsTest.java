package dev.lakebase.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What docs/spring.md and the README show is what is tested. */
class DocsTest {
    private static final Path GUIDE = Path.of("../docs/spring.md");
    private static final Path README = Path.of("../README.md");

    @Test
    void theBeanForSpringBoot35IsTheOneThatCiRuns() throws Exception {
        String code = Files.readString(Path.of("../.ci/boot-3.5/src/main/java/shop/LakebaseConfiguration.java"));
        String shown = "```java\n" + code.substring(code.indexOf("@Configuration(")) + "```\n";
        assertThat(Files.readString(GUIDE)).contains(shown);
        assertThat(Files.readString(README)).contains(shown);
    }

    @Test
    void thePoolForSpringBoot35IsTheOneThatCiRunsWith() throws Exception {
        assertThat(Files.readString(GUIDE)).contains("`hikaricp.version` to `7.0.2`");
        assertThat(Files.readString(README)).contains("`hikaricp.version` to `7.0.2`");
        assertThat(Files.readString(Path.of("../.ci/boot-3.5/pom.xml")))
                .contains("<hikaricp.version>7.0.2</hikaricp.version>");
    }
}
