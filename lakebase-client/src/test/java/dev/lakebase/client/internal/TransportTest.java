package dev.lakebase.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.UnavailableException;
import dev.lakebase.client.VirtualTime;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransportTest {
    private static final Call GET = Call.get("projects/shop/branches/b");
    private static final Call CREATE =
            Call.create("projects/shop/branches", "branch_id=b", Json.object(), "projects/shop/branches/b");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final VirtualTime time = new VirtualTime();
    private final FakeWire wire = new FakeWire();
    private final Transport transport = new Transport(wire, time, new SplittableRandom(7));

    private CompletableFuture<String> send(Call call) {
        return transport.send(call, TIMEOUT, (body, answer) -> Json.text(body, "name"));
    }

    private static Throwable failure(CompletableFuture<?> future) {
        assertThat(future).isCompletedExceptionally();
        return future.handle((value, failure) -> failure).join();
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503, 504})
    void aReadIsRepeatedAfterAFailureThatMayGoAway(int status) {
        wire.answer(status, "{}").answer(200, "{\"name\":\"x\"}");
        CompletableFuture<String> result = send(GET);

        time.advance(Duration.ofMillis(200));

        assertThat(result).isCompletedWithValue("x");
        assertThat(time.pending()).isZero();
    }

    @Test
    void aReadIsRepeatedAfterALostConnection() {
        wire.fail(new IOException("Connection reset")).answer(200, "{\"name\":\"x\"}");
        CompletableFuture<String> result = send(GET);

        time.advance(Duration.ofMillis(200));

        assertThat(result).isCompletedWithValue("x");
    }

    @Test
    void aMissingClassIsNotTheNetworksFault() {
        wire.fail(new NoClassDefFoundError("com/example/Missing"));

        assertThat(failure(send(GET)))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("NoClassDefFoundError: com/example/Missing", "class path")
                .hasMessageNotContaining("network");
        assertThat(wire.calls).hasSize(1);
    }

    @Test
    void aReadThatIsNotAnsweredIsSentAgainAtHalfTime() {
        wire.silence().answer(200, "{\"name\":\"x\"}");
        CompletableFuture<String> result = send(GET);

        time.advance(Duration.ofMillis(5_200));

        assertThat(result).isCompletedWithValue("x");
        assertThat(wire.exchanges.get(0)).as("the first one is given up").isCancelled();
    }

    @Test
    void retryAfterIsHonoured() {
        wire.answer(429, "{\"error_code\":\"RESOURCE_EXHAUSTED\"}", Map.of("retry-after", "3"))
                .answer(200, "{\"name\":\"x\"}");
        CompletableFuture<String> result = send(GET);

        time.advance(Duration.ofMillis(2_999));
        assertThat(result).isNotDone();
        time.advance(Duration.ofMillis(251));
        assertThat(result).isCompletedWithValue("x");
    }

    @Test
    void retryAfterAsADateIsReadByTheServersClock() {
        Map<String, String> headers =
                Map.of("retry-after", "Sun, 01 Nov 2020 08:00:04 GMT", "date", "Sun, 01 Nov 2020 08:00:00 GMT");
        wire.answer(503, "{}", headers).answer(200, "{\"name\":\"x\"}");
        CompletableFuture<String> result = send(GET);

        time.advance(Duration.ofMillis(3_999));
        assertThat(result).isNotDone();
        time.advance(Duration.ofMillis(1));
        assertThat(result).isCompletedWithValue("x");
    }

    @Test
    void aRetryAfterBeyondTheDeadlineFailsAtOnceWithTheReason() {
        wire.answer(
                429, "{\"error_code\":\"RESOURCE_EXHAUSTED\",\"message\":\"slow down\"}", Map.of("retry-after", "60"));

        CompletableFuture<String> result = send(GET);

        assertThat(failure(result)).isInstanceOf(UnavailableException.class).hasMessageContaining("slow down");
        assertThat(time.elapsed()).isZero();
    }

    @Test
    void theDeadlineHoldsWhileNothingAnswers() {
        wire.silence();
        CompletableFuture<String> result = send(GET);

        time.advance(TIMEOUT.minusMillis(1));
        assertThat(result).isNotDone();
        time.advance(Duration.ofMillis(1));

        assertThat(failure(result))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("projects/shop/branches/b", "10000 ms", "2 attempts");
        assertThat(wire.exchanges).allMatch(CompletableFuture::isCancelled);
        assertThat(time.pending()).isZero();
    }

    @Test
    void anOutageIsNotHammered() {
        wire.answer(500, "{}");
        CompletableFuture<String> result = send(GET);

        time.advance(TIMEOUT);

        assertThat(failure(result)).isInstanceOf(UnavailableException.class).hasMessageContaining("HTTP 500");
        assertThat(wire.calls).hasSizeBetween(4, 12);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504})
    void aCreateThatMayHaveLandedIsNotRepeated(int status) {
        wire.answer(status, "{}");

        assertThat(failure(send(CREATE))).isInstanceOf(UnavailableException.class);
        assertThat(wire.calls).hasSize(1);
    }

    @Test
    void aCreateThatWasRefusedIsRepeated() {
        wire.answer(429, "{}")
                .answer(409, "{\"error_code\":\"ABORTED\",\"message\":\"reconciliation in progress\"}")
                .fail(new ConnectException("refused"))
                .answer(200, "{\"name\":\"x\"}");
        CompletableFuture<String> result = send(CREATE);

        time.advance(TIMEOUT);

        assertThat(result).isCompletedWithValue("x");
        assertThat(wire.calls).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "3",
                "\"x\"",
                "<html>",
                "{",
                "{\"name\":\"a\"} x",
                "{}",
                "{\"name\":null}",
                "{\"name\":3}",
                "{\"name\":\"\"}",
                "{\"name\":{}}"
            })
    void anAnswerOfTheWrongShapeIsAClearErrorAndRepeatedLikeAnOutage(String body) {
        wire.answer(200, body);
        CompletableFuture<String> result = send(GET);

        time.advance(TIMEOUT);

        assertThat(failure(result))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("projects/shop/branches/b", "the answer makes no sense");
        assertThat(wire.calls).hasSizeGreaterThan(1);
    }

    @Test
    void aMalformedAnswerIsNotQuotedForItMayHoldAToken() {
        wire.answer(200, "secret-token-value");

        CompletableFuture<String> result = send(GET);
        time.advance(TIMEOUT);

        assertThat(failure(result)).message().doesNotContain("secret-token-value");
    }

    @Test
    void closeFailsWhatIsUnderWayAndRefusesTheRest() {
        wire.silence();
        CompletableFuture<String> underWay = send(GET);

        transport.close();

        assertThat(failure(underWay)).hasMessageContaining("client is closed");
        LakebaseException later = (LakebaseException) failure(send(GET));
        assertThat(later).hasMessageContaining("client is closed");
        assertThat(later.retryable()).isFalse();
        assertThat(time.pending()).isZero();
    }

    @Test
    void cancellingTheFutureGivesTheExchangeUp() {
        wire.silence();

        send(GET).cancel(true);

        assertThat(wire.exchanges).singleElement().matches(CompletableFuture::isCancelled);
        assertThat(time.pending()).isZero();
    }

    @Test
    void aRetryAfterAtTheEndOfTimeFailsAtOnceWithTheReason() {
        wire.answer(503, "{\"message\":\"closed for good\"}", Map.of("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT"));

        assertThat(failure(send(GET))).hasMessageContaining("closed for good");
        assertThat(time.pending()).isZero();
    }
}
