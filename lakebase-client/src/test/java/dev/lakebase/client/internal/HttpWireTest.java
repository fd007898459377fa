package dev.lakebase.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.LakebaseException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

    /** Whose first call makes the HTTP client of calls, and that of logins. */
    static Stream<LakebaseClient.Builder> clients() {
        return Stream.of(
                LakebaseClient.builder().token("t"),
                LakebaseClient.builder().clientId("c").clientSecret("s"));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aClientStartsItsThreadWhenItIsUsedAndEndsItWhenItIsClosed(LakebaseClient.Builder builder) throws Exception {
        Set<Thread> started;
        try (LakebaseClient client = builder.environment(Map.of())
                .host("http://127.0.0.1:1")
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
