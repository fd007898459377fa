package dev.lakebase.client;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static dev.lakebase.client.StubbedPlatform.branch;
import static dev.lakebase.client.StubbedPlatform.endpoint;
import static dev.lakebase.client.StubbedPlatform.error;
import static dev.lakebase.client.StubbedPlatform.json;
import static dev.lakebase.client.StubbedPlatform.mapping;
import static dev.lakebase.client.StubbedPlatform.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.http.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class BranchesHttpTest {
    private static final String BRANCHES = "projects/shop/branches";
    private static final String STAGING = BRANCHES + "/staging";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    final StubbedPlatform platform = new StubbedPlatform();

    private Branches branches;

    @BeforeEach
    void open() {
        branches = platform.client.branches("shop");
    }

    private void stubReady() {
        platform.on("GET", STAGING, json(branch("staging", "br-1", "READY")))
                .on(
                        "GET",
                        STAGING + "/endpoints",
                        json("{\"endpoints\":["
                                + endpoint("staging", "replica", "READ_ONLY", "ACTIVE") + ","
                                + endpoint("staging", "primary", "READ_WRITE", "IDLE") + "]}"))
                .on("GET", STAGING + "/operations/op-1", json(operation("staging", true)));
    }

    private Operation<Branch> createStaging() {
        return branches.create("staging", b -> b.from("production").expiresIn(Duration.ofHours(4)));
    }

    @Test
    void createSendsTheInnerResourceWithIdAsQueryAndWaitsForAConnectableEndpoint() {
        stubReady();
        platform.on("POST", BRANCHES, json(operation("staging", false)));

        Branch staging = createStaging().await(PATIENCE);

        assertThat(staging.uid()).isEqualTo("br-1");
        assertThat(staging.source()).isEqualTo(new BranchName("shop", "production"));
        assertThat(staging.logicalSizeBytes()).isEqualTo(31_457_280);
        platform.server.verify(postRequestedFor(urlPathEqualTo("/api/2.0/postgres/" + BRANCHES))
                .withQueryParam("branch_id", equalTo("staging"))
                .withHeader("Authorization", equalTo("Bearer " + StubbedPlatform.TOKEN))
                .withRequestBody(equalToJson(
                        "{\"spec\":{\"source_branch\":\"projects/shop/branches/production\",\"ttl\":\"14400s\"}}")));
    }

    @Test
    void createPassesPointInTimeAndEveryKindOfExpiry() {
        stubReady();
        platform.on("POST", BRANCHES, json(operation("staging", true)));
        Instant time = Instant.parse("2026-11-01T12:00:00Z");

        branches.create("staging", b -> b.from("production").at(time).neverExpires());
        branches.create(
                "staging",
                b -> b.from("projects/shop/branches/production")
                        .atLsn("0/16B3748")
                        .expiresAt(time));

        for (String spec : List.of(
                "\"source_branch_time\":\"2026-11-01T12:00:00Z\",\"no_expiry\":true",
                "\"source_branch_lsn\":\"0/16B3748\",\"expire_time\":\"2026-11-01T12:00:00Z\"")) {
            platform.server.verify(postRequestedFor(urlPathEqualTo("/api/2.0/postgres/" + BRANCHES))
                    .withRequestBody(equalToJson(
                            "{\"spec\":{\"source_branch\":\"projects/shop/branches/production\"," + spec + "}}")));
        }
    }

    @Test
    void aSourceInAnotherProjectIsRefusedBeforeAnythingIsSent() {
        assertThatThrownBy(() -> branches.create(
                        "staging", b -> b.from("projects/other/branches/x").neverExpires()))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("another project");
        assertThat(platform.server.getAllServeEvents()).isEmpty();
    }

    @Test
    void createOfWhatExistsIsRefusedWithoutAdoptingIt() {
        stubReady();
        platform.on("POST", BRANCHES, error(409, "ALREADY_EXISTS", "branch already exists"));

        assertThatThrownBy(this::createStaging).isInstanceOf(AlreadyExistsException.class);
        assertThat(platform.requests("POST", BRANCHES)).isOne();
    }

    @Test
    void createThatFailedButLandedIsFoundAndNotRepeated() {
        stubReady();
        platform.on("POST", BRANCHES, error(500, "INTERNAL_ERROR", "oops"));

        assertThat(createStaging().await(PATIENCE).uid()).isEqualTo("br-1");
        assertThat(platform.requests("POST", BRANCHES)).isOne();
    }

    @Test
    void createThatFailedAndDidNotLandIsRepeatedAfterALook() {
        platform.on("GET", STAGING, error(404, "NOT_FOUND", "branch id not found"));
        platform.server.stubFor(mapping("POST", BRANCHES)
                .inScenario("create")
                .whenScenarioStateIs(STARTED)
                .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER))
                .willSetStateTo("up"));
        platform.server.stubFor(mapping("POST", BRANCHES)
                .inScenario("create")
                .whenScenarioStateIs("up")
                .willReturn(json(operation("staging", true))));

        assertThat(createStaging().name()).isEqualTo(STAGING + "/operations/op-1");
        assertThat(platform.requests("POST", BRANCHES)).isEqualTo(2);
        assertThat(platform.requests("GET", STAGING)).isOne();
    }

    @Test
    void createThatFailedNeverAdoptsAnOlderBranch() {
        platform.on(
                "GET",
                STAGING,
                json(branch("staging", "br-old", "READY", "", Instant.now().minusSeconds(60))));
        platform.on("POST", BRANCHES, error(500, "INTERNAL_ERROR", "oops"));

        assertThatThrownBy(this::createStaging)
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContainingAll("br-old", "not by this call");
    }

    @Test
    void aBranchInAStateThatNobodyKnowsIsWaitedForAndShownInTheTimeout() {
        stubReady();
        platform.on("POST", BRANCHES, json(operation("staging", true)))
                .on("GET", STAGING, json(branch("staging", "br-1", "DEFROSTING")));

        assertThatThrownBy(() -> platform.inNoTime(client -> client.branches("shop")
                        .create("staging", b -> b.from("production").expiresIn(Duration.ofHours(4)))
                        .await(PATIENCE)))
                .isInstanceOf(OperationTimeoutException.class)
                .hasMessageContaining("DEFROSTING");
        Branch branch = branches.get("staging");
        assertThat(branch.state()).isEqualTo(BranchState.UNRECOGNIZED);
        assertThat(branch.stateText()).isEqualTo("DEFROSTING");
        assertThat(branch.json()).contains("\"current_state\":\"DEFROSTING\"");
    }

    @Test
    void aFailedOperationFailsTheWaitWithItsReason() {
        platform.on("POST", BRANCHES, json(operation("staging", false)))
                .on(
                        "GET",
                        STAGING + "/operations/op-1",
                        json("{\"name\":\"" + STAGING
                                + "/operations/op-1\",\"done\":true,\"error\":{\"error_code\":\"QUOTA_EXCEEDED\","
                                + "\"message\":\"10 unarchived branches\"}}"));

        assertThatThrownBy(() -> createStaging().await(PATIENCE))
                .isInstanceOf(QuotaExceededException.class)
                .hasMessageContaining("10 unarchived branches");
    }

    @Test
    void pollsThatFailDoNotEndTheWait() {
        stubReady();
        platform.on("POST", BRANCHES, json(operation("staging", false)));
        platform.server.stubFor(mapping("GET", STAGING + "/operations/op-1")
                .inScenario("poll")
                .whenScenarioStateIs(STARTED)
                .willReturn(error(500, "INTERNAL_ERROR", "oops"))
                .willSetStateTo("reset"));
        platform.server.stubFor(mapping("GET", STAGING + "/operations/op-1")
                .inScenario("poll")
                .whenScenarioStateIs("reset")
                .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER))
                .willSetStateTo("up"));
        platform.server.stubFor(mapping("GET", STAGING + "/operations/op-1")
                .inScenario("poll")
                .whenScenarioStateIs("up")
                .willReturn(json(operation("staging", true))));

        assertThat(createStaging().await(PATIENCE).name()).hasToString(STAGING);
    }

    @Test
    void listFollowsThePagesAndRefusesAPageThatLeadsNowhere() {
        platform.on(
                "GET",
                BRANCHES,
                json("{\"branches\":[" + branch("a", "br-a", "READY") + "],\"next_page_token\":\"t/1\"}"));
        platform.server.stubFor(mapping("GET", BRANCHES)
                .withQueryParam("page_token", equalTo("t/1"))
                .willReturn(json("{\"branches\":[" + branch("b", "br-b", "READY") + "]}")));

        assertThat(branches.list()).extracting(Branch::uid).containsExactly("br-a", "br-b");

        platform.server.stubFor(mapping("GET", BRANCHES)
                .withQueryParam("page_token", equalTo("t/1"))
                .willReturn(json("{\"next_page_token\":\"t/1\"}")));
        assertThatThrownBy(() -> platform.inNoTime(
                        client -> client.branches("shop").list().toList()))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("next_page_token");
    }

    @Test
    void anEmptyProjectIsAnEmptyList() {
        platform.on("GET", BRANCHES, json("{}"));

        assertThat(branches.list()).isEmpty();
    }

    @Test
    void aUidInsteadOfAnIdIsPointedOut() {
        platform.on("GET", BRANCHES + "/br-calm-sea-1", error(404, "NOT_FOUND", "branch id not found [TraceId: t-9]"));

        assertThatThrownBy(() -> branches.get("br-calm-sea-1"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContainingAll("uid", "t-9", "HTTP 404");
    }

    @Test
    void theReadWriteEndpointIsFoundByItsTypeAndNotByItsPlace() {
        stubReady();

        Endpoint endpoint = platform.client.endpoints().readWrite(BranchName.parse(STAGING));

        assertThat(endpoint.name().endpoint()).isEqualTo("primary");
        assertThat(endpoint.host()).isEqualTo("ep-primary.database.example.com");
        assertThat(endpoint.port()).isEqualTo(5432);
        assertThat(endpoint.isConnectable()).as("IDLE wakes on connect").isTrue();
        assertThat(endpoint.suspendTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(endpoint.poolerHosts()).containsExactly("ep-primary-pooler.database.example.com");
    }

    @Test
    void aPortInTheHostIsRead() {
        platform.on(
                "GET",
                STAGING + "/endpoints/primary",
                json(endpoint("staging", "primary", "READ_WRITE", "ACTIVE")
                        .replace("ep-primary.database.example.com", "localhost:54321")));

        Endpoint endpoint = platform.client.endpoints().get(EndpointName.parse(STAGING + "/endpoints/primary"));

        assertThat(endpoint.host()).isEqualTo("localhost");
        assertThat(endpoint.port()).isEqualTo(54321);
    }

    @Test
    void aCreateThatWasRefusedNeverAdoptsWhatSomebodyElseCreatedMeanwhile() {
        stubReady();
        // a pause that no budget has room for: the refusal is final whatever the speed of this machine
        platform.on(
                "POST", BRANCHES, error(429, "RESOURCE_EXHAUSTED", "slow down").withHeader("Retry-After", "3600"));

        assertThatThrownBy(this::createStaging)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("slow down");
        assertThat(platform.requests("GET", STAGING)).isZero();
    }

    @Test
    void anAnswerWithoutAnOperationIsJudgedByItsEffect() {
        stubReady();
        platform.on("POST", BRANCHES, json("{}"));

        assertThat(createStaging().await(PATIENCE).uid()).isEqualTo("br-1");
        assertThat(platform.requests("GET", "")).isZero();
    }

    @Test
    void numbersAtTheEdgeOfTheirTypeAreRead() {
        platform.on("GET", STAGING, json(branch("staging", "br-1", "READY").replace("31457280", "" + Long.MAX_VALUE)))
                .on(
                        "GET",
                        STAGING + "/endpoints/primary",
                        json(endpoint("staging", "primary", "READ_WRITE", "ACTIVE")
                                .replace("300s", "-1s")));

        assertThat(branches.get("staging").logicalSizeBytes()).isEqualTo(Long.MAX_VALUE);
        assertThat(platform.client
                        .endpoints()
                        .get(EndpointName.parse(STAGING + "/endpoints/primary"))
                        .suspendTimeout())
                .isEqualTo(Duration.ofSeconds(-1));
    }
}
