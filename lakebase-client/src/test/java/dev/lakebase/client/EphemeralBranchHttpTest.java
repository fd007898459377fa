package dev.lakebase.client;

import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static dev.lakebase.client.StubbedPlatform.branch;
import static dev.lakebase.client.StubbedPlatform.endpoint;
import static dev.lakebase.client.StubbedPlatform.error;
import static dev.lakebase.client.StubbedPlatform.json;
import static dev.lakebase.client.StubbedPlatform.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class EphemeralBranchHttpTest {
    private static final String BRANCHES = "/api/2.0/postgres/projects/shop/branches";
    private static final String ANY = BRANCHES + "/it-[a-z0-9]{8}";
    private static final String ID = "it-22222222";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    final StubbedPlatform platform = new StubbedPlatform();

    @BeforeEach
    void stubCreation() {
        platform.on("POST", "projects/shop/branches", json(operation(ID, true)));
        found("br-mine", "READY");
        platform.server.stubFor(get(urlPathMatching(ANY + "/endpoints"))
                .willReturn(json("{\"endpoints\":[" + endpoint(ID, "primary", "READ_WRITE", "ACTIVE") + "]}")));
        platform.server.stubFor(delete(urlPathMatching(ANY)).willReturn(json(operation(ID, true))));
    }

    private void found(String uid, String state) {
        platform.server.stubFor(get(urlPathMatching(ANY)).willReturn(json(branch(ID, uid, state))));
    }

    private EphemeralBranch ephemeral(Duration timeout) {
        return platform.client.branches("shop").ephemeral("it", b -> b.from("production"), timeout);
    }

    private void verifyDeletes(int count) {
        platform.server.verify(count, deleteRequestedFor(urlPathMatching(ANY)));
    }

    @Test
    void itHasARandomIdExpiresInAnHourAndIsDeletedOnClose() {
        try (EphemeralBranch copy = ephemeral(PATIENCE)) {
            assertThat(copy.branch().uid()).isEqualTo("br-mine");
            verifyDeletes(0);
        }

        verifyDeletes(1);
        platform.server.verify(postRequestedFor(urlPathEqualTo(BRANCHES))
                .withQueryParam("branch_id", matching("it-[a-z2-9]{8}"))
                .withRequestBody(matchingJsonPath(
                        "$.spec.ttl", com.github.tomakehurst.wiremock.client.WireMock.equalTo("3600s"))));
    }

    @Test
    void itDeletesOnlyItsOwnUid() {
        EphemeralBranch copy = ephemeral(PATIENCE);
        found("br-of-somebody-else", "READY");

        copy.close();

        verifyDeletes(0);
    }

    @Test
    void aCloseThatFailsDoesNotThrowAndCanBeRepeated() {
        EphemeralBranch copy = ephemeral(PATIENCE);
        platform.server.stubFor(delete(urlPathMatching(ANY)).willReturn(error(403, "PERMISSION_DENIED", "no")));
        copy.close();
        platform.server.stubFor(delete(urlPathMatching(ANY)).willReturn(json(operation(ID, true))));

        copy.close();
        copy.close();

        verifyDeletes(2);
    }

    @Test
    void whatIsNotReadyInTimeIsDeletedAgain() {
        found("br-mine", "INIT");

        assertThatThrownBy(() -> platform.inNoTime(
                        client -> client.branches("shop").ephemeral("it", b -> b.from("production"), PATIENCE)))
                .isInstanceOf(OperationTimeoutException.class)
                .hasMessageContaining("INIT");

        verifyDeletes(1);
    }

    @Test
    void aBranchThatIsSomebodyElsesIsNeverDeletedForAnUnluckySuffix() {
        platform.on("POST", "projects/shop/branches", error(409, "ALREADY_EXISTS", "branch already exists"));

        assertThatThrownBy(() -> ephemeral(PATIENCE)).isInstanceOf(AlreadyExistsException.class);

        verifyDeletes(0);
    }

    @Test
    void aPrefixThatLeavesNoRoomForTheSuffixIsRefused() {
        assertThatThrownBy(() ->
                        platform.client.branches("shop").ephemeral("a".repeat(55), b -> b.from("production"), PATIENCE))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("54");
    }

    @Test
    void aThreadThatWasInterruptedStillDeletesOnCloseAndKeepsItsFlag() {
        EphemeralBranch copy = ephemeral(PATIENCE);
        Thread.currentThread().interrupt();

        copy.close();

        assertThat(Thread.interrupted()).isTrue();
        verifyDeletes(1);
    }
}
