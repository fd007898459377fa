package dev.lakebase.client;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static dev.lakebase.client.StubbedPlatform.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The JVM's common pool is the application's. In a JVM of its own, for one with two processors may not use that pool. */
@Timeout(120)
class CommonPoolTest {
    @RegisterExtension
    final StubbedPlatform platform = new StubbedPlatform();

    @Test
    void theClientAnswersWhileTheApplicationHoldsTheWholeCommonPool() throws Exception {
        platform.server.stubFor(get("/api/2.0/preview/scim/v2/Me").willReturn(okJson("{\"userName\":\"ann\"}")));
        platform.on(
                "POST",
                "credentials",
                json("{\"token\":\"t\",\"expire_time\":\"" + Instant.now().plusSeconds(3600) + "\"}"));
        platform.oidc("of-the-login");

        String said = OtherJvm.run(
                Application.class,
                Map.of(),
                List.of("-Djava.util.concurrent.ForkJoinPool.common.parallelism=2"),
                platform.server.baseUrl());

        assertThat(said).contains("by token: ann", "by login: ann");
    }

    static final class Application {
        private Application() {}

        public static void main(String[] arguments) {
            CountDownLatch end = new CountDownLatch(1);
            for (int i = 0; i < 64; i++) {
                CompletableFuture<Void> unused = CompletableFuture.runAsync(() -> {
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            LakebaseClient.Builder byToken = LakebaseClient.builder().token("t");
            LakebaseClient.Builder byLogin =
                    LakebaseClient.builder().clientId("ann").clientSecret("s");
            System.out.println("by token: " + userOf(byToken.host(arguments[0])));
            System.out.println("by login: " + userOf(byLogin.host(arguments[0])));
            end.countDown();
        }

        private static String userOf(LakebaseClient.Builder builder) {
            EndpointName endpoint = EndpointName.parse("projects/shop/branches/production/endpoints/primary");
            try (LakebaseClient client = builder.environment(Map.of()).build()) {
                client.credentials(endpoint).get(Duration.ofSeconds(10));
                return client.currentUserName();
            }
        }
    }
}
