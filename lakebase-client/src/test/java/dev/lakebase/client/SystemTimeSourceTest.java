package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class SystemTimeSourceTest {
    @Test
    void foreverIsADelayToo() {
        assertThatCode(() -> TimeSource.system()
                        .schedule(ChronoUnit.FOREVER.getDuration(), () -> {})
                        .cancel())
                .doesNotThrowAnyException();
    }
}
