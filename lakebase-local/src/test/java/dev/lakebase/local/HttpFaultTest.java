package dev.lakebase.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lakebase.local.faults.ConnectionFault;
import dev.lakebase.local.faults.Fault;
import dev.lakebase.local.faults.HttpFault;
import dev.lakebase.local.faults.InjectedFault;
import dev.lakebase.local.faults.Stage;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a client of the REST API sees of each fault. */
class HttpFaultTest {
    private static final AtomicReference<Duration> AHEAD = new AtomicReference<>(Duration.ZERO);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static LakebaseLocal local;
    private static Rest rest;

    @BeforeAll
    static void start() {
        local = LakebaseLocal.builder()
                .clock(() -> Instant.now().plus(AHEAD.get()))
                .faultSeed(42)
                .start();
        rest = new Rest(local);
    }

    @AfterAll
    static void close() {
        local.close();
    }

    @AfterEach
    void clear() {
        local.faults().clear();
    }

    private static InjectedFault inject(Fault fault) {
        return local.faults().inject(fault);
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(rest.uri(path)).header("Authorization", "Bearer " + local.token());
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        // a client of its own: a connection that was kept alive is tried again by itself when it breaks
        return HttpClient.newHttpClient().send(request.timeout(LONG).build(), BodyHandlers.ofString());
    }

    @Test
    void errorsComeInThePlatformsShapeAndAsOftenAsAsked() {
        var fault = inject(HttpFault.status(503).on("GET", "projects").times(2));
        for (int i = 0; i < 2; i++) {
            assertThat(rest.get("projects").expect(503).text("/error_code")).isEqualTo("TEMPORARILY_UNAVAILABLE");
        }
        rest.get("projects").expect(200);
        assertThat(fault.strikes()).isEqualTo(2);
        assertThat(fault.isActive()).isFalse();
        assertThat(local.faults().active()).isEmpty();
    }

    @Test
    void faultsWithTimesFollowEachOtherInTheOrderOfInjection() {
        inject(HttpFault.status(500).on("GET", "projects").times(1));
        inject(HttpFault.status(502).on("GET", "projects").skip(1).times(1));
        assertThat(rest.get("projects").status()).isEqualTo(500);
        assertThat(rest.get("projects").status()).isEqualTo(200);
        assertThat(rest.get("projects").status()).isEqualTo(502);
        assertThat(rest.get("projects").status()).isEqualTo(200);
    }

    @Test
    void tooManyRequestsSaysWhenToTryAgain() throws Exception {
        inject(HttpFault.tooManyRequests(Duration.ofMillis(1200)));
        HttpResponse<String> answer = send(request("projects"));
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains("2");
        assertThat(answer.body()).contains("RESOURCE_EXHAUSTED");
    }

    @Test
    void onlyTheRouteIsStruck() {
        inject(HttpFault.status(500).on("*", "projects/*/branches/**"));
        rest.get("projects").expect(200);
        rest.get("projects/local").expect(200);
        rest.get("projects/local/branches").expect(500);
        rest.get("projects/local/branches/production/endpoints").expect(500);
        local.faults().clear();
        inject(HttpFault.status(500).on("post", "/oidc/v1/token"));
        OAuth.accessToken(local, local.clientId(), local.clientSecret()).expect(500);
        rest.get("projects/local/branches").expect(200);
    }

    @Test
    void answerComesLateAndRight() {
        inject(HttpFault.latency(Duration.ofMillis(300)).on("GET", "projects").times(1));
        long start = System.nanoTime();
        rest.get("projects").expect(200);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
    }

    @Test
    void latencyAndErrorStrikeTheSameCall() {
        inject(HttpFault.status(500).on("GET", "projects").times(1));
        var late = inject(HttpFault.latency(Duration.ofMillis(1)).on("GET", "projects"));
        rest.get("projects").expect(500);
        assertThat(late.strikes()).isEqualTo(1);
    }

    @Test
    void clientThatIsNeverAnsweredGivesUpByItsOwnTimeout() {
        var fault = inject(HttpFault.timeout().on("GET", "projects"));
        assertThatThrownBy(() -> HttpClient.newHttpClient()
                        .send(
                                request("projects")
                                        .timeout(Duration.ofMillis(500))
                                        .build(),
                                BodyHandlers.ofString()))
                .isInstanceOf(HttpTimeoutException.class);
        assertThat(fault.strikes()).isEqualTo(1);
    }

    @Test
    void clearingEndsTheWaitOfThoseWhoAreNotAnswered() throws Exception {
        var fault = inject(HttpFault.timeout().on("POST", "credentials"));
        var waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return send(request("credentials")
                        .POST(HttpRequest.BodyPublishers.ofString("{}"))); // a GET would be sent again
            } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
        assertThat(fault.awaitStrikes(1, LONG)).isTrue();
        assertThat(waiting).isNotDone();
        fault.clear();
        assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void hangingUpWithoutAnAnswerIsAnIoError() {
        inject(HttpFault.disconnect().on("GET", "projects"));
        assertThatThrownBy(() -> send(request("projects"))).isInstanceOf(IOException.class);
    }

    @Test
    void truncatedAnswerBreaksOffInTheMiddle() {
        inject(HttpFault.truncatedJson().on("GET", "projects"));
        assertThatThrownBy(() -> send(request("projects")))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(HttpTimeoutException.class);
    }

    @Test
    void malformedAnswerIsCompleteButNoJson() throws Exception {
        inject(HttpFault.malformedJson().on("GET", "projects"));
        HttpResponse<String> answer = send(request("projects"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("projects/local");
        assertThatThrownBy(() -> new ObjectMapper().readTree(answer.body()))
                .isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void callIsDoneAlthoughItsAnswerIsLost() throws Exception {
        var created = HttpRequest.BodyPublishers.ofString("{\"spec\": {\"ttl\": \"3600s\"}}");
        inject(HttpFault.disconnect().on("POST", "projects/local/branches").afterwards());
        assertThatThrownBy(() ->
                        send(request("projects/local/branches?branch_id=landed").POST(created)))
                .isInstanceOf(IOException.class);
        rest.get("projects/local/branches/landed").expect(200);
        local.faults().clear();
        inject(HttpFault.status(500).on("POST", "projects/local/branches"));
        rest.post("projects/local/branches?branch_id=lost", "{\"spec\": {\"ttl\": \"3600s\"}}")
                .expect(500);
        rest.get("projects/local/branches/lost").expect(404);
    }

    @Test
    void tokenFromAServiceWhoseClockIsBehindExpiresEarly() throws Exception {
        inject(HttpFault.clockSkew(Duration.ofMinutes(-50)));
        Rest.Answer credential = rest.post("credentials", "{\"endpoint\": \"" + local.endpoint() + "\"}");
        assertThat(Instant.parse(credential.text("/expire_time")))
                .isBetween(now().plusSeconds(500), now().plusSeconds(700));
        int port = rest.gatewayPort(local.endpoint());
        Pg.connect(local, port, local.user(), credential.text("/token")).close();
        AHEAD.updateAndGet(Duration.ofMinutes(11)::plus);
        assertThatThrownBy(() -> Pg.connect(local, port, local.user(), credential.text("/token"))
                        .close())
                .hasMessageContaining("expired at");
        local.faults().clear();
        Pg.connect(local, local.endpoint()).close();
    }

    private static Instant now() {
        return Instant.now().plus(AHEAD.get());
    }

    @Test
    void faultEndsByTheRunsClock() {
        inject(HttpFault.status(500).on("GET", "projects").during(Duration.ofMinutes(10)));
        rest.get("projects").expect(500);
        AHEAD.updateAndGet(Duration.ofMinutes(10)::plus);
        rest.get("projects").expect(200);
    }

    /** Which of 200 calls fail with a chance of 30 %, as a string of 0 and 1. */
    private static String failures(LakebaseLocal instance) {
        instance.faults().inject(HttpFault.status(500).on("GET", "projects").probability(0.3));
        var client = new Rest(instance);
        return IntStream.range(0, 200)
                .mapToObj(i -> client.get("projects").status() == 500 ? "1" : "0")
                .collect(Collectors.joining());
    }

    @Test
    void sameSeedFailsTheSameCalls() {
        String first;
        try (var one = LakebaseLocal.builder().faultSeed(7).start()) {
            first = failures(one);
        }
        assertThat(first.replace("0", "")).hasSizeBetween(30, 90);
        try (var again = LakebaseLocal.builder().faultSeed(7).start()) {
            assertThat(failures(again)).isEqualTo(first);
        }
        assertThat(failures(local)).as("another seed").isNotEqualTo(first);
    }

    @Test
    void restInjectsListsAndClearsWhateverElseIsBroken() {
        inject(HttpFault.status(401));
        Rest.Answer made = rest.post("/local/faults", """
                        {"http": "status", "status": 503, "duration": "2s", "method": "POST", "path": "credentials",
                         "afterwards": true, "times": 3, "skip": 1, "during": "60s", "probability": 0.5}""").expect(200);
        Fault expected = HttpFault.status(503)
                .retryAfter(Duration.ofSeconds(2))
                .on("POST", "credentials")
                .afterwards()
                .times(3)
                .skip(1)
                .during(Duration.ofMinutes(1))
                .probability(0.5);
        assertThat(local.faults().active().get(1).fault()).isEqualTo(expected);
        rest.post("/local/faults", """
                        {"connection": "reset", "stage": "answer", "endpoint": "projects/a/branches/b/endpoints/c",
                         "when_sent": "commit"}""").expect(200);
        assertThat(local.faults().active().get(2).fault())
                .isEqualTo(ConnectionFault.reset(Stage.ANSWER)
                        .endpoint("projects/a/branches/b/endpoints/c")
                        .whenSent("commit"));
        Rest.Answer list = rest.get("/local/faults").expect(200);
        assertThat(list.json().path("faults")).hasSize(3);
        assertThat(list.json().path("seed").asLong()).isEqualTo(42);
        assertThat(list.json().path("faults").get(1)).isEqualTo(made.json());
        rest.delete("/local/faults/" + made.text("/id")).expect(200);
        rest.get("/local/faults/" + made.text("/id")).expect(404);
        rest.get("projects").expect(401);
        rest.delete("/local/faults").expect(200);
        rest.get("projects").expect(200);
    }

    @Test
    void everyKindOfFaultStandsInTheReadme() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        for (HttpFault.Kind kind : HttpFault.Kind.values()) {
            assertThat(readme).contains("`" + kind + "`");
        }
        for (ConnectionFault.Kind kind : ConnectionFault.Kind.values()) {
            assertThat(readme).contains("`" + kind + "`");
        }
    }

    @Test
    void restNeedsABearerToken() {
        Rest.send(HttpRequest.newBuilder(rest.uri("/local/faults"))).expect(401);
    }

    @Test
    void whatMakesNoSenseIsNamed() {
        assertThat(rest.post("/local/faults", "{\"status\": 503}").expect(400).text("/message"))
                .contains("'http' and 'connection'");
        assertThat(rest.post("/local/faults", "{\"http\": \"BANG\"}")
                        .expect(400)
                        .text("/message"))
                .contains("\"BANG\", expected one of [STATUS, LATENCY");
        assertThat(rest.post("/local/faults", "{\"http\": \"STATUS\", \"status\": 200}")
                        .expect(400)
                        .text("/message"))
                .contains("status is 200, expected 400 to 599");
        assertThat(rest.post("/local/faults", "{\"http\": \"LATENCY\"}")
                        .expect(400)
                        .text("/message"))
                .contains("latency");
        assertThat(rest.post("/local/faults", "{\"http\": \"TIMEOUT\", \"time\": 3}")
                        .expect(400)
                        .text("/message"))
                .contains("'time' is unknown");
        assertThatThrownBy(() -> HttpFault.timeout().times(0)).hasMessage("times is 0, expected 1 or more");
        assertThatThrownBy(() -> HttpFault.timeout().probability(1.5)).hasMessageContaining("probability is 1.5");
        assertThatThrownBy(() -> HttpFault.timeout().retryAfter(Duration.ZERO))
                .hasMessageContaining("can't be combined with TIMEOUT");
        assertThatThrownBy(() -> HttpFault.timeout().on("GET", "a/**/b")).hasMessageContaining("last segment only");
        assertThatThrownBy(() -> ConnectionFault.refused().times(1)).hasMessageContaining("can't be combined");
        assertThatThrownBy(() -> ConnectionFault.reset(Stage.TLS).whenSent("x"))
                .hasMessageContaining("whenSent can't be combined with RESET");
        assertThatThrownBy(() -> ConnectionFault.noTls().endpoint("primary"))
                .hasMessageContaining("endpoint is \"primary\"");
    }

    @Test
    void closingDoesNotWaitForACallThatIsNeverAnswered() throws Exception {
        CompletableFuture<?> waiting;
        try (var other = LakebaseLocal.start()) {
            var fault = other.faults().inject(HttpFault.timeout());
            waiting = CompletableFuture.runAsync(() -> new Rest(other).get("projects"));
            assertThat(fault.awaitStrikes(1, LONG)).isTrue();
        }
        assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
    }
}
