package dev.lakebase.client.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.Branch;
import dev.lakebase.client.BranchName;
import dev.lakebase.client.Branches;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.Operation;
import dev.lakebase.local.LakebaseLocal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guide to branches says what the code does. */
@Timeout(180)
class BranchesGuideTest {
    private static final Path GUIDE = Path.of("../docs/branches.md");
    private static final Path CODE = Path.of("src/test/java/dev/lakebase/client/docs/BranchesGuide.java");

    @Test
    void everySnippetIsCompiledHere() throws IOException {
        String code = withoutSpace(Files.readString(CODE));
        List<String> snippets = new ArrayList<>();
        Matcher blocks = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(GUIDE));
        while (blocks.find()) {
            snippets.add(blocks.group(1));
        }

        assertThat(snippets)
                .hasSize(11)
                .allSatisfy(snippet -> assertThat(code).as(snippet).contains(withoutSpace(snippet)));
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s+", "");
    }

    @Test
    void theSnippetsDoWhatTheGuideSays() {
        BranchesGuide.audit();
        try (LakebaseLocal local = LakebaseLocal.builder().project("shop").start();
                LakebaseClient lakebase = LakebaseClient.builder()
                        .environment(local.environment())
                        .build()) {
            Branches branches = lakebase.branches("shop");
            BranchesGuide guide = new BranchesGuide(branches);

            Branch staging = guide.staging();
            assertThat(guide.staging().uid()).as("adopted").isEqualTo(staging.uid());
            assertThat(guide.reset().branch().uid()).isNotEqualTo(staging.uid());

            assertThat(guide.pullRequest(42).name()).isEqualTo(new BranchName("shop", "ci-pr-42"));
            assertThat(guide.nightly(List.of(41L)).deletions())
                    .as("it is too young")
                    .isEmpty();
            guide.merged(42);
            guide.merged(42);
            assertThat(guide.previews().decisions()).isEmpty();

            assertThat(guide.restore(Instant.now()).sourceTime()).isNotNull();
            guide.rehearse();

            Operation<Branch> begun =
                    branches.create("rollout", b -> b.from("production").expiresIn(Duration.ofHours(1)));
            assertThat(guide.resume(begun.name()).name().branch()).isEqualTo("rollout");

            assertThat(branches.list())
                    .extracting(branch -> branch.name().branch())
                    .containsExactlyInAnyOrder("production", "staging", "recovery", "rollout");
        }
    }
}
