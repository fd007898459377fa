package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.credential.RefreshPolicy;
import dev.lakebase.client.internal.Answer;
import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Transport;
import dev.lakebase.client.internal.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AttemptsTest {
    private final VirtualTime time = new VirtualTime();

    /** A platform that creates a database, says that it failed, and takes four seconds for each look at it. */
    private final Wire wire = new Wire() {
        private Instant created;

        @Override
        public CompletableFuture<Answer> exchange(Call call) {
            if (call.method().equals("POST")) {
                created = time.instant();
                return CompletableFuture.completedFuture(
                        new Answer(500, Map.of(), "{\"error_code\":\"INTERNAL_ERROR\",\"message\":\"oops\"}"));
            }
            time.advance(Duration.ofSeconds(4));
            return CompletableFuture.completedFuture(new Answer(200, Map.of(), """
                    {"name":"projects/shop/branches/staging/databases/orders","create_time":"%s",
                     "status":{"postgres_database":"orders"}}""".formatted(created)));
        }

        @Override
        public void close() {}
    };

    @Test
    void whatWasCreatedIsThisCallsOwnHoweverLongTheLookAtItTakes() throws Exception {
        var transport = new Transport(wire, time, new SplittableRandom(7));
        try (var client =
                new LakebaseClient(new ControlPlane(transport, Duration.ofSeconds(10), null), RefreshPolicy.LAZY)) {
            Databases databases = client.databases(new BranchName("shop", "staging"));

            Operation<Database> creation = time.run(() -> databases.create("orders", spec -> spec.owner("app")));

            assertThat(time.run(() -> creation.await(Duration.ofMinutes(1))).postgresDatabase())
                    .isEqualTo("orders");
        }
    }
}
