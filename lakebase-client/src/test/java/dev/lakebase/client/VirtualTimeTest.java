package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {
    private final VirtualTime time = new VirtualTime();
    private final List<String> ran = new ArrayList<>();

    @Test
    void tasksRunByDateThenByOrderOfScheduling() {
        time.schedule(Duration.ofSeconds(2), () -> ran.add("c"));
        time.schedule(Duration.ofSeconds(1), () -> ran.add("a"));
        time.schedule(Duration.ofSeconds(1), () -> ran.add("b"));

        time.advance(Duration.ofSeconds(2));

        assertThat(ran).containsExactly("a", "b", "c");
    }

    @Test
    void aTaskSeesItsOwnDateAndItsChildrenRunInTheSameAdvance() {
        time.schedule(Duration.ofSeconds(1), () -> {
            ran.add("at " + time.elapsed());
            time.schedule(Duration.ofSeconds(1), () -> ran.add("at " + time.elapsed()));
        });

        time.advance(Duration.ofSeconds(5));

        assertThat(ran).containsExactly("at PT1S", "at PT2S");
        assertThat(time.elapsed()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void aCancelledTaskNeverRuns() {
        time.schedule(Duration.ofSeconds(1), () -> ran.add("a")).cancel();

        time.advance(Duration.ofSeconds(5));

        assertThat(ran).isEmpty();
        assertThat(time.pending()).isZero();
    }

    @Test
    void theTickerRunsThroughItsOverflow() {
        long before = time.nanoTime();

        time.advance(Duration.ofMinutes(1));

        assertThat(time.nanoTime() - before).isEqualTo(Duration.ofMinutes(1).toNanos());
        assertThat(time.nanoTime()).isNegative();
    }
}
