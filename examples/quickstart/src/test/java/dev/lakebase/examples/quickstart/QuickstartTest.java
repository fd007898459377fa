package dev.lakebase.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class QuickstartTest {
    @Test
    void everyClaimOfTheStoryHolds() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        boolean held = Quickstart.run(new PrintStream(printed, true, StandardCharsets.UTF_8));

        String story = printed.toString(StandardCharsets.UTF_8);
        assertThat(held).as(story).isTrue();
        assertThat(story)
                .contains("created from production", "exactly what production holds", "claims checked and true")
                .doesNotContain("NOT TRUE", "eyJ");
    }

    @Test
    void oneBrokenClaimFailsTheStory() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        Timeline timeline = new Timeline(new PrintStream(printed, true, StandardCharsets.UTF_8));

        timeline.claim("one is one", true);
        timeline.claim("one is two", false);

        assertThat(timeline.finish()).isFalse();
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("NOT TRUE: one is two", "1 of 2 claims");
    }
}
