package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.local.LakebaseLocal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The snippet of docs/client.md, run. */
@Timeout(180)
class ClientDocTest {
    @Test
    void theSnippetIsThisTestsCode() throws IOException {
        String code = Files.readString(Path.of("src/test/java/dev/lakebase/client/ClientDocTest.java"));
        Matcher snippets = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../docs/client.md")));

        assertThat(snippets.results().toList())
                .isNotEmpty()
                .allSatisfy(snippet -> assertThat(withoutSpace(code))
                        .contains(withoutSpace(
                                snippet.group(1).replace("LakebaseClient.create()", "connect(platform)"))));
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s+", "");
    }

    private static LakebaseClient connect(LakebaseLocal platform) {
        return LakebaseClient.builder().environment(platform.environment()).build();
    }

    @Test
    void theSnippetRuns() {
        try (LakebaseLocal platform = LakebaseLocal.builder().project("shop").start()) {
            try (LakebaseClient lakebase =
                    connect(platform)) { // whoever the environment says you are; sends nothing yet
                Branch copy = lakebase.branches("shop")
                        .because("rehearsal of release 42") // what an audit listener hears
                        .create("rehearsal", b -> b.from("production").expiresIn(Duration.ofHours(4)))
                        .await(Duration.ofMinutes(2));
                lakebase.roles(copy.name())
                        .create("app-reader", r -> r.user("ann@example.com"))
                        .await(Duration.ofMinutes(1));
                lakebase.databases(copy.name())
                        .create("reports", d -> d.owner("app-reader"))
                        .await(Duration.ofMinutes(1));
                for (Endpoint endpoint :
                        lakebase.endpoints().list(copy.name())) { // pages are fetched as the loop needs them
                    lakebase.endpoints()
                            .suspendAfter(endpoint.name(), Duration.ofMinutes(5))
                            .await(Duration.ofMinutes(1));
                }
            }
        }
    }
}
