package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SystemTimeSourceTest {
    @Test
    void foreverIsADelayToo() {
        assertThatCode(() -> TimeSource.system()
                        .schedule(ChronoUnit.FOREVER.getDuration(), () -> {})
                        .cancel())
                .doesNotThrowAnyException();
    }

    @Test
    void itsThreadTakesNothingOverFromWhoeverNeedsItFirst() throws Exception {
        InheritableThreadLocal<String> user = new InheritableThreadLocal<>();
        user.set("ann");
        CompletableFuture<String> seen = new CompletableFuture<>();
        try {
            new SystemTimeSource().schedule(Duration.ZERO, () -> seen.complete("user " + user.get()));

            assertThat(seen.get(20, TimeUnit.SECONDS)).isEqualTo("user null");
        } finally {
            user.remove();
        }
    }
}
