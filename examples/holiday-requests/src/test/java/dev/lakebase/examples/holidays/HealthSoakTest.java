package dev.lakebase.examples.holidays;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.EndpointState;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;

/** An orchestrator asks for the health once a second; the compute sleeps as if nobody did. */
@Tag("soak")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@ActiveProfiles("local")
@DirtiesContext
class HealthSoakTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** The platform's shortest. */
    private static final Duration SUSPEND_AFTER = Duration.ofMinutes(1);

    private final HttpClient http = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private LakebaseLocal local;

    @Autowired
    private LakebaseDataSource pool;

    @Autowired
    private MeterRegistry meters;

    private int polls;

    private String get(String path) throws Exception {
        return PlatformTest.get(http, URI.create("http://localhost:" + port + path), null)
                .body();
    }

    private double logins() {
        return meters.get("lakebase.login").timer().count();
    }

    @Test
    void polledOnceASecondTheComputeFallsAsleepAndStaysAsleep() throws Exception {
        try (LakebaseClient developer =
                LakebaseClient.builder().environment(local.environment()).build()) {
            var endpoint = Objects.requireNonNull(pool.endpointName());
            developer.endpoints().suspendAfter(endpoint, SUSPEND_AFTER).await(Duration.ofMinutes(1));
            assertThat(get("/sign-in")).contains("Who are you today?");
            assertThat(developer.endpoints().get(endpoint).state()).isEqualTo(EndpointState.ACTIVE);
            double logins = logins();
            long start = System.nanoTime();

            Awaitility.await("polled, it falls asleep")
                    .pollInterval(SECOND)
                    .atMost(SUSPEND_AFTER.multipliedBy(3))
                    .until(() -> isUp() && developer.endpoints().get(endpoint).state() == EndpointState.IDLE);
            System.out.printf(
                    "asleep %d s after the last query, in spite of %d polls%n",
                    Duration.ofNanos(System.nanoTime() - start).toSeconds(), polls);

            Awaitility.await("polled, it stays asleep")
                    .pollInterval(SECOND)
                    .during(SUSPEND_AFTER)
                    .atMost(SUSPEND_AFTER.multipliedBy(2))
                    .until(() -> isUp() && developer.endpoints().get(endpoint).state() == EndpointState.IDLE);
            System.out.printf("%d polls altogether, %.0f logins by them%n", polls, logins() - logins);
            assertThat(logins()).isEqualTo(logins);

            assertThat(get("/sign-in")).as("woken by the first page").contains("Who are you today?");
            assertThat(developer.endpoints().get(endpoint).state()).isEqualTo(EndpointState.ACTIVE);
        }
    }

    private boolean isUp() throws Exception {
        polls++;
        assertThat(get("/actuator/health")).contains("\"status\":\"UP\"");
        return true;
    }
}
