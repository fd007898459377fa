package dev.lakebase.jdbc.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WakePolicyTest {
    @Test
    void pausesGrowWithJitterUpToTheMaximum() {
        var random = new SplittableRandom(7);
        WakePolicy policy = WakePolicy.DEFAULT;
        for (int number = 0; number < 100; number++) {
            long full = Math.min(1000, 50L << Math.min(number, 10));
            assertThat(policy.delay(number, random)).isBetween(Duration.ofMillis(full / 2), Duration.ofMillis(full));
        }
    }

    @Test
    void aBudgetThatNoLoginFitsInIsRefused() {
        assertThatThrownBy(() -> WakePolicy.DEFAULT.withBudget(Duration.ofMillis(99)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("100 ms");
    }
}
