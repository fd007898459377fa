package dev.lakebase.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OperationDurationTest {
    private static final Duration DURATION = Duration.ofMillis(1500);
    private static final String BRANCHES = "projects/local/branches";

    @Test
    void operationsArePolledUntilTheirTimeIsOver() {
        try (var local = LakebaseLocal.builder().operationDuration(DURATION).start()) {
            var rest = new Rest(local);
            long start = System.nanoTime();
            Rest.Answer create = rest.post(BRANCHES + "?branch_id=slow", "{\"spec\": {\"ttl\": \"3600s\"}}");
            assertThat(create.json().path("done").asBoolean()).isFalse();
            rest.await(create);
            assertTimePassed(start);
            assertThat(rest.get(BRANCHES + "/slow").text("/status/current_state"))
                    .isEqualTo("READY");

            start = System.nanoTime();
            rest.await(rest.call("PATCH", BRANCHES + "/slow?update_mask=spec.expiration", """
                    {"spec": {"ttl": "7200s"}}"""));
            assertTimePassed(start);
            rest.credential(local.endpoint()); // synchronous
        }
    }

    private static void assertTimePassed(long start) {
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(DURATION.toMillis()));
    }

    @Test
    void branchUnderWayIsInit() {
        var local =
                LakebaseLocal.builder().operationDuration(Duration.ofHours(1)).start();
        try (local) {
            var rest = new Rest(local);
            rest.post(BRANCHES + "?branch_id=later", "{\"spec\": {\"ttl\": \"3600s\"}}")
                    .expect(200);
            Rest.Answer branch = rest.get(BRANCHES + "/later").expect(200);
            assertThat(branch.text("/status/current_state")).isEqualTo("INIT");
            assertThat(branch.text("/status/pending_state")).isEqualTo("READY");
        } // does not wait for the hour
    }

    @Test
    void badDurationIsNamed() {
        assertThatThrownBy(() -> LakebaseLocal.builder().operationDuration(Duration.ofSeconds(-1)))
                .hasMessageContaining("operationDuration is PT-1S");
    }
}
