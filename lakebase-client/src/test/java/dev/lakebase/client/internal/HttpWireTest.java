package dev.lakebase.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.LakebaseException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class HttpWireTest {
    private final Set<Thread> before = threadsOfHttp();

    private static Set<Thread> threadsOfHttp() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("HttpClient-"))
                .collect(Collectors.toSet());
    }

    private Set<Thread> startedSince() {
        Set<Thread> started = threadsOfHttp();
        started.removeAll(before);
        return started;
    }

    @Test
    void aClientStartsItsThreadWhenItIsUsedAndEndsItWhenItIsClosed() throws Exception {
        Set<Thread> started;
        try (LakebaseClient client = LakebaseClient.builder()
                .host("http://127.0.0.1:1")
                .token("t")
                .requestTimeout(Duration.ofSeconds(1))
                .build()) {
            assertThat(startedSince()).as("before the first call").isEmpty();

            assertThatThrownBy(() -> client.projects().get("shop")).isInstanceOf(LakebaseException.class);
            started = startedSince();
            assertThat(started).as("after it").isNotEmpty();
        }
        for (Thread each : started) {
            each.join(TimeUnit.SECONDS.toMillis(20));
            assertThat(each.isAlive()).as("%s after close", each).isFalse();
        }
    }
}
