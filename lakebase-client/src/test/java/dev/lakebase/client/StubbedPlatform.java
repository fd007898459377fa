package dev.lakebase.client;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import dev.lakebase.client.credential.RefreshPolicy;
import dev.lakebase.client.internal.Answer;
import dev.lakebase.client.internal.BearerAuthenticator;
import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.HttpWire;
import dev.lakebase.client.internal.Transport;
import dev.lakebase.client.internal.Waits;
import dev.lakebase.client.internal.Wire;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The platform's HTTP face, stubbed per test, and a client that talks to it. */
final class StubbedPlatform implements BeforeEachCallback, AfterEachCallback {
    static final String TOKEN = "dapi-canary-of-the-bearer";
    private static final String API = "/api/2.0/postgres/";

    final WireMockServer server =
            new WireMockServer(wireMockConfig().bindAddress("127.0.0.1").dynamicPort());
    LakebaseClient client;

    @Override
    public void beforeEach(ExtensionContext context) {
        server.start();
        client = builder().build();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        client.close();
        server.stop();
    }

    LakebaseClient.Builder builder() {
        return builderFor(server.baseUrl());
    }

    LakebaseClient.Builder builderFor(String host) {
        return LakebaseClient.builder()
                .environment(Map.of())
                .host(host)
                .token(TOKEN)
                .requestTimeout(Duration.ofSeconds(10));
    }

    /**
     * What a client does in a time that stands still while an answer is awaited, however slow this machine is, and jumps to
     * the next pause's end or deadline while none is.
     */
    <T> T inNoTime(Function<LakebaseClient, T> use) throws Exception {
        VirtualTime time = new VirtualTime(Instant.now());
        CountingWire wire =
                new CountingWire(new HttpWire(new BearerAuthenticator(URI.create(server.baseUrl()), TOKEN, null)));
        Transport transport = new Transport(wire, time, new SplittableRandom(7));
        ControlPlane plane = new ControlPlane(transport, Duration.ofSeconds(10), null);
        try (LakebaseClient hasty = new LakebaseClient(plane, RefreshPolicy.LAZY)) {
            return time.run(() -> use.apply(hasty), () -> wire.underWay.get() == 0);
        }
    }

    /** Knows how many answers are awaited. */
    private record CountingWire(Wire wire, AtomicInteger underWay) implements Wire {
        CountingWire(Wire wire) {
            this(wire, new AtomicInteger());
        }

        @Override
        public CompletableFuture<Answer> exchange(Call call) {
            underWay.incrementAndGet();
            CompletableFuture<Answer> sent = wire.exchange(call);
            CompletableFuture<Answer> counted = new CompletableFuture<>();
            Waits.whenDone(sent, (answer, failure) -> {
                if (failure == null) {
                    counted.complete(answer);
                } else {
                    counted.completeExceptionally(failure);
                }
                underWay.decrementAndGet(); // after whoever waited has gone on
            });
            Waits.whenDone(counted, (answer, failure) -> sent.cancel(true));
            return counted;
        }

        @Override
        public void close() {
            wire.close();
        }
    }

    StubbedPlatform on(String method, String name, ResponseDefinitionBuilder response) {
        server.stubFor(mapping(method, name).willReturn(response));
        return this;
    }

    /** A workspace that gives that token to whoever logs in with a client id and secret. */
    StubbedPlatform oidc(String accessToken) {
        String base = server.baseUrl();
        String endpoints = "{\"authorization_endpoint\":\"" + base + "/oidc/v1/authorize\",\"token_endpoint\":\"" + base
                + "/oidc/v1/token\"}";
        server.stubFor(get(urlPathEqualTo("/.well-known/databricks-config"))
                .willReturn(okJson("{\"oidc_endpoint\":\"" + base + "/oidc\"}")));
        server.stubFor(get(urlPathEqualTo("/oidc/.well-known/oauth-authorization-server"))
                .willReturn(okJson(endpoints)));
        server.stubFor(post(urlPathEqualTo("/oidc/v1/token"))
                .willReturn(okJson(
                        "{\"access_token\":\"" + accessToken + "\",\"token_type\":\"Bearer\",\"expires_in\":3600}")));
        return this;
    }

    static MappingBuilder mapping(String method, String name) {
        return switch (method) {
            case "GET" -> get(urlPathEqualTo(API + name));
            case "POST" -> post(urlPathEqualTo(API + name));
            case "DELETE" -> delete(urlPathEqualTo(API + name));
            default -> any(urlPathEqualTo(API + name));
        };
    }

    static ResponseDefinitionBuilder error(int status, String code, String message) {
        return aResponse()
                .withStatus(status)
                .withHeader("Content-Type", "application/json")
                .withBody("{\"error_code\":\"" + code + "\",\"message\":\"" + message + "\"}");
    }

    static ResponseDefinitionBuilder json(String body) {
        return okJson(body);
    }

    /** A branch that expires, copied from production just now. */
    static String branch(String id, String uid, String state) {
        return branch(id, uid, state, "\"expire_time\":\"2099-01-01T00:00:00Z\"", Instant.now());
    }

    static String branch(String id, String uid, String state, String more, Instant created) {
        String source = id.equals("production") ? "" : "\"source_branch\":\"projects/shop/branches/production\",";
        return """
                {"name":"projects/shop/branches/%s","uid":"%s","create_time":"%s","status":{"branch_id":"%s",
                 "current_state":"%s",%s"logical_size_bytes":"31457280"%s}}""".formatted(id, uid, created, id, state, source, more.isEmpty() ? "" : "," + more);
    }

    static String endpoint(String branch, String id, String type, String state) {
        return """
                {"name":"projects/shop/branches/%s/endpoints/%s","uid":"ep-%s","status":{"current_state":"%s",
                 "endpoint_type":"ENDPOINT_TYPE_%s","hosts":{"host":"ep-%s.database.example.com",
                 "read_write_pooled_host":"ep-%s-pooler.database.example.com"},
                 "suspend_timeout_duration":"300s","disabled":false}}""".formatted(branch, id, id, state, type, id, id);
    }

    static String operation(String branch, boolean done) {
        return "{\"name\":\"projects/shop/branches/" + branch + "/operations/op-1\",\"done\":" + done + "}";
    }

    int requests(String method, String name) {
        return server.findAll(com.github.tomakehurst.wiremock.matching.RequestPatternBuilder.newRequestPattern(
                        com.github.tomakehurst.wiremock.http.RequestMethod.fromString(method),
                        urlPathEqualTo(API + name)))
                .size();
    }
}
