package dev.lakebase.client;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static dev.lakebase.client.StubbedPlatform.branch;
import static dev.lakebase.client.StubbedPlatform.endpoint;
import static dev.lakebase.client.StubbedPlatform.error;
import static dev.lakebase.client.StubbedPlatform.json;
import static dev.lakebase.client.StubbedPlatform.mapping;
import static dev.lakebase.client.StubbedPlatform.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.ScenarioMappingBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class BranchDeletionHttpTest {
    private static final String BRANCHES = "projects/shop/branches";
    private static final String STAGING = BRANCHES + "/staging";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final ResponseDefinitionBuilder DONE = json(operation("staging", true));
    private static final ResponseDefinitionBuilder GONE = error(404, "NOT_FOUND", "branch id not found");

    @RegisterExtension
    final StubbedPlatform platform = new StubbedPlatform();

    private Branches branches;

    @BeforeEach
    void open() {
        branches = platform.client.branches("shop");
    }

    @Test
    void deleteOfAnExpiringBranchNeedsNoUid() {
        platform.on("GET", STAGING, json(branch("staging", "br-1", "READY")))
                .on("GET", BRANCHES, json("{\"branches\":[" + branch("staging", "br-1", "READY") + "]}"))
                .on("DELETE", STAGING, json(operation("staging", false)))
                .on("GET", STAGING + "/operations/op-1", DONE);

        assertThat(branches.delete("staging").await(PATIENCE)).isEqualTo(DeleteOutcome.DELETED);
    }

    @Test
    void deleteOfWhatIsGoneIsSuccess() {
        platform.on("GET", STAGING, GONE);

        assertThat(branches.delete("staging").await(PATIENCE)).isEqualTo(DeleteOutcome.ALREADY_GONE);
        assertThat(branches.delete("staging", "br-1").await(PATIENCE)).isEqualTo(DeleteOutcome.ALREADY_GONE);
        assertThat(platform.requests("DELETE", STAGING)).isZero();
    }

    @Test
    void deleteWithoutUidLeavesDefaultProtectedLastingAndParentBranchesAlone() {
        String expiry = "\"expire_time\":\"2099-01-01T00:00:00Z\"";
        platform.on("GET", BRANCHES, json("{\"branches\":[]}"));
        refuses("\"default\":true," + expiry, "default branch");
        refuses("\"is_protected\":true," + expiry, "is protected");
        refuses("", "never expires");
        platform.on(
                "GET",
                BRANCHES,
                json("{\"branches\":["
                        + branch("child", "br-2", "READY").replace("branches/production", "branches/staging") + "]}"));
        refuses(expiry, "child branches");
        assertThat(platform.requests("DELETE", STAGING)).isZero();
    }

    private void refuses(String status, String reason) {
        platform.on("GET", STAGING, json(branch("staging", "br-1", "READY", status, Instant.now())));

        assertThatThrownBy(() -> branches.delete("staging"))
                .isInstanceOf(BranchProtectedException.class)
                .hasMessageContainingAll(reason, "delete(\"staging\", \"br-1\")", "Nothing was deleted");
    }

    @Test
    void deleteWithTheUidDeletesAnyKindButOnlyThatBranch() {
        platform.on("GET", STAGING, json(branch("staging", "br-2", "READY", "", Instant.now())))
                .on("DELETE", STAGING, DONE);

        assertThatThrownBy(() -> branches.delete("staging", "br-1"))
                .isInstanceOf(BranchProtectedException.class)
                .hasMessageContainingAll("br-1", "br-2");
        assertThat(platform.requests("DELETE", STAGING)).isZero();
        assertThat(branches.delete("staging", "br-2").await(PATIENCE)).isEqualTo(DeleteOutcome.DELETED);
    }

    /** The branch is br-1 until the first DELETE, which is answered so; from then on these are the answers. */
    private void onDelete(
            ResponseDefinitionBuilder first, ResponseDefinitionBuilder thenGet, ResponseDefinitionBuilder thenDelete) {
        platform.server.stubFor(when(STARTED, "GET").willReturn(json(branch("staging", "br-1", "READY"))));
        platform.server.stubFor(when(STARTED, "DELETE").willReturn(first).willSetStateTo("deleted"));
        platform.server.stubFor(when("deleted", "GET").willReturn(thenGet));
        platform.server.stubFor(when("deleted", "DELETE").willReturn(thenDelete));
    }

    private static ScenarioMappingBuilder when(String state, String method) {
        return mapping(method, STAGING).inScenario("delete").whenScenarioStateIs(state);
    }

    @Test
    void aDeleteWhoseAnswerIsLostIsNotRepeatedForTheBranchThatTookTheName() {
        onDelete(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER), json(branch("staging", "br-2", "READY")), DONE);

        assertThat(branches.delete("staging", "br-1").await(PATIENCE)).isEqualTo(DeleteOutcome.DELETED);
        assertThat(platform.requests("DELETE", STAGING)).isOne();
    }

    @Test
    void aDeleteThatWasRefusedIsNotRepeatedForTheBranchThatTookTheName() {
        onDelete(error(409, "ABORTED", "reconciliation in progress"), json(branch("staging", "br-2", "READY")), DONE);

        assertThat(branches.delete("staging", "br-1").await(PATIENCE)).isEqualTo(DeleteOutcome.DELETED);
        assertThat(platform.requests("DELETE", STAGING)).isOne();
    }

    @Test
    void aPurgeWhoseAnswerIsLostIsKnownByTheMissingTombstone() {
        platform.on("GET", BRANCHES, json("{\"branches\":[]}"));
        onDelete(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER), GONE, GONE);

        assertThat(branches.purge("staging", "br-1").await(PATIENCE)).isEqualTo(DeleteOutcome.DELETED);
    }

    @Test
    @SuppressWarnings("NullAway") // whoever compiles without it passes what a map did not hold
    void aUidThatIsNullChangesNothing() {
        EndpointName replica = new EndpointName("shop", "staging", "replica");
        platform.on("GET", STAGING, json(branch("staging", "br-1", "READY", "\"is_protected\":true", Instant.now())))
                .on("GET", replica.toString(), json(endpoint("staging", "replica", "READ_ONLY", "ACTIVE")));
        String uid = null;

        assertThatThrownBy(() -> branches.unprotect("staging", uid)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> branches.delete("staging", uid)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> branches.purge("staging", uid)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> platform.client.endpoints().delete(replica, uid))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> platform.client.projects().purge("shop", "shop", uid))
                .isInstanceOf(NullPointerException.class);
        assertThat(platform.server.getAllServeEvents()).isEmpty();
    }

    @Test
    void aDeleteThatDidNotLandIsRepeated() {
        onDelete(error(500, "INTERNAL_ERROR", "oops"), json(branch("staging", "br-1", "READY")), DONE);

        assertThat(branches.delete("staging", "br-1").await(PATIENCE)).isEqualTo(DeleteOutcome.DELETED);
        assertThat(platform.requests("DELETE", STAGING)).isEqualTo(2);
    }

    @Test
    void aDatabaseWhoseBranchIsGoneIsGoneTooAndNothingIsSent() {
        platform.on("GET", STAGING, GONE);
        Databases databases = platform.client.databases(new BranchName("shop", "staging"));

        assertThat(databases.delete("orders").await(PATIENCE)).isEqualTo(DeleteOutcome.ALREADY_GONE);
        assertThat(databases.delete("orders", "br-1").await(PATIENCE)).isEqualTo(DeleteOutcome.ALREADY_GONE);
        assertThat(platform.requests("DELETE", STAGING + "/databases/orders")).isZero();
    }

    @Test
    void anEphemeralBranchThatNobodyWaitsForIsNotCreated() {
        assertThatThrownBy(() -> branches.ephemeral("it", b -> b.from("production"), Duration.ZERO))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("more than zero");
        assertThat(platform.requests("POST", BRANCHES)).isZero();
    }
}
