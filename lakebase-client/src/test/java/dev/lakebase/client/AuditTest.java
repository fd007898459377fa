package dev.lakebase.client;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static dev.lakebase.client.StubbedPlatform.branch;
import static dev.lakebase.client.StubbedPlatform.endpoint;
import static dev.lakebase.client.StubbedPlatform.error;
import static dev.lakebase.client.StubbedPlatform.json;
import static dev.lakebase.client.StubbedPlatform.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.http.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class AuditTest {
    private static final String BRANCHES = "projects/shop/branches";
    private static final String STAGING = BRANCHES + "/staging";
    private static final String ME = "/api/2.0/preview/scim/v2/Me";

    @RegisterExtension
    final StubbedPlatform platform = new StubbedPlatform();

    private final List<AuditEvent> heard = new CopyOnWriteArrayList<>();
    private LakebaseClient client;

    @BeforeEach
    void listen() {
        platform.server.stubFor(get(ME).willReturn(okJson("{\"userName\":\"ann@example.com\"}")));
        client = platform.builder().auditListener(heard::add).build();
    }

    @AfterEach
    void close() {
        client.close();
    }

    private Operation<Branch> createStaging() {
        return client.branches("shop")
                .because("rehearsal of release 42")
                .create("staging", b -> b.from("production").expiresIn(Duration.ofHours(1)));
    }

    @Test
    void aCreateIsToldBeforeItReturnsWithCallerReasonAndUid() {
        platform.on(
                "POST",
                BRANCHES,
                json("{\"name\":\"" + STAGING + "/operations/1\",\"done\":true,\"response\":"
                        + branch("staging", "br-1", "READY") + "}"));

        createStaging();

        assertThat(heard).singleElement().satisfies(event -> {
            assertThat(event.caller()).isEqualTo("ann@example.com");
            assertThat(event.action()).isEqualTo(AuditEvent.Action.CREATE);
            assertThat(event.resource()).isEqualTo(STAGING);
            assertThat(event.uid()).isEqualTo("br-1");
            assertThat(event.reason()).isEqualTo("rehearsal of release 42");
            assertThat(event.outcome()).isEqualTo(AuditEvent.Outcome.ACCEPTED);
            assertThat(event.failure()).isNull();
            assertThat(event.time()).isBetween(Instant.now().minusSeconds(60), Instant.now());
        });
    }

    @Test
    void aDeleteNamesTheUidThatItMeant() {
        platform.on("GET", STAGING, json(branch("staging", "br-1", "READY")))
                .on("DELETE", STAGING, json(operation("staging", true)));

        client.branches("shop").delete("staging", "br-1");

        assertThat(heard).singleElement().satisfies(event -> {
            assertThat(event.action()).isEqualTo(AuditEvent.Action.DELETE);
            assertThat(event.uid()).isEqualTo("br-1");
            assertThat(event.reason()).isNull();
        });
    }

    @Test
    void aRefusalIsToldWithItsFailure() {
        platform.on("POST", BRANCHES, error(403, "PERMISSION_DENIED", "no"));

        assertThatThrownBy(this::createStaging).isInstanceOf(PermissionDeniedException.class);

        assertThat(heard).singleElement().satisfies(event -> {
            assertThat(event.outcome()).isEqualTo(AuditEvent.Outcome.REFUSED);
            assertThat(event.failure()).isInstanceOf(PermissionDeniedException.class);
        });
    }

    @Test
    void anAttemptWhoseAnswerIsLostIsToldAsUnknown() {
        platform.on("POST", BRANCHES, aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER))
                .on("GET", STAGING, json(branch("staging", "br-1", "INIT")));

        createStaging();

        assertThat(heard)
                .singleElement()
                .satisfies(event -> assertThat(event.outcome()).isEqualTo(AuditEvent.Outcome.UNKNOWN));
    }

    @Test
    void aWorkspaceThatDoesNotSayWhoCallsStopsNoChange() {
        platform.server.stubFor(get(ME).willReturn(error(403, "PERMISSION_DENIED", "no SCIM for you")));
        platform.on("POST", BRANCHES, json(operation("staging", true)));

        createStaging();

        assertThat(heard).singleElement().satisfies(event -> {
            assertThat(event.caller()).isNull();
            assertThat(event.outcome()).isEqualTo(AuditEvent.Outcome.ACCEPTED);
        });
    }

    @Test
    void aListenerThatThrowsStopsNoChange() {
        platform.on("POST", BRANCHES, json(operation("staging", true)));
        try (LakebaseClient faulty = platform.builder()
                .auditListener(event -> {
                    throw new IllegalStateException("the audit's disk is full");
                })
                .build()) {
            Operation<Branch> creation = faulty.branches("shop")
                    .create("staging", b -> b.from("production").neverExpires());

            assertThat(creation.name()).endsWith("operations/op-1");
        }
    }

    @Test
    void readingIsNotToldAndAsksForNoCaller() {
        platform.on("GET", BRANCHES, json("{\"branches\":[" + branch("a", "br-a", "READY") + "]}"))
                .on(
                        "GET",
                        BRANCHES + "/a/endpoints",
                        json("{\"endpoints\":[" + endpoint("a", "primary", "READ_WRITE", "IDLE") + "]}"));

        client.branches("shop").list().forEach(branch -> client.endpoints().readWrite(branch.name()));

        assertThat(heard).isEmpty();
        platform.server.verify(0, getRequestedFor(urlPathEqualTo(ME)));
    }

    @Test
    void theLibrarysOwnDeletesAreToldToo() {
        Branches branches = client.branches("shop").because("nightly tests");
        platform.server.stubFor(
                com.github.tomakehurst.wiremock.client.WireMock.post(urlPathEqualTo("/api/2.0/postgres/" + BRANCHES))
                        .willReturn(json("{\"done\":true}")));
        platform.server.stubFor(get(com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching(".*/it-[a-z0-9]+"))
                .willReturn(json(branch("it-1", "br-1", "READY"))));
        platform.server.stubFor(get(com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching(
                        ".*/it-[a-z0-9]+/endpoints"))
                .willReturn(json("{\"endpoints\":[" + endpoint("it-1", "primary", "READ_WRITE", "ACTIVE") + "]}")));
        platform.server.stubFor(com.github.tomakehurst.wiremock.client.WireMock.delete(
                        com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching(".*/it-[a-z0-9]+"))
                .willReturn(json("{\"done\":true}")));

        branches.ephemeral("it", b -> b.from("production"), Duration.ofSeconds(30))
                .close();

        assertThat(heard)
                .extracting(AuditEvent::action)
                .containsExactly(AuditEvent.Action.CREATE, AuditEvent.Action.DELETE);
        assertThat(heard).extracting(AuditEvent::uid).last().isEqualTo("br-1");
        assertThat(heard).allSatisfy(event -> assertThat(event.reason()).contains("nightly tests"));
    }

    @Test
    void anEmptyReasonIsRefused() {
        assertThatThrownBy(() -> client.branches("shop").because(" "))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("because(…)");
    }
}
