package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.databricks.sdk.WorkspaceClient;
import com.databricks.sdk.core.DatabricksConfig;
import dev.lakebase.client.credential.DatabaseCredential;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.local.api.Permission;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client against a platform that has branches for real. */
@Timeout(180)
class LakebaseLocalTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final String READER = "reader@example.com";

    private static LakebaseLocal platform;
    private static LakebaseClient client;
    private static Branches branches;

    @BeforeAll
    static void start() {
        platform = LakebaseLocal.builder().addUser(READER, Permission.CAN_USE).start();
        client = LakebaseClient.builder().environment(platform.environment()).build();
        branches = client.branches(platform.project());
    }

    @AfterAll
    static void stop() {
        if (client != null) {
            client.close();
        }
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void aBranchLivesFromCreateToDelete() {
        Branch created = branches.create("life", b -> b.from("production").expiresIn(Duration.ofHours(4)))
                .await(PATIENCE);

        assertThat(created.state()).isEqualTo(BranchState.READY);
        assertThat(created.source()).isEqualTo(new BranchName(platform.project(), "production"));
        assertThat(created.expiresAt()).isBetween(Instant.now(), Instant.now().plus(Duration.ofHours(4)));
        assertThat(branches.get("life").uid()).isEqualTo(created.uid());
        assertThat(branches.list()).extracting(Branch::name).contains(created.name());
        Endpoint endpoint = client.endpoints().readWrite(created.name());
        assertThat(endpoint.isConnectable()).isTrue();
        assertThat(endpoint.host()).isEqualTo("localhost");
        assertThat(client.endpoints().get(endpoint.name())).isEqualTo(endpoint);

        assertThat(branches.delete("life").await(PATIENCE)).isEqualTo(DeleteOutcome.DELETED);
        assertThat(branches.delete("life").await(PATIENCE)).isEqualTo(DeleteOutcome.ALREADY_GONE);
        assertThatThrownBy(() -> branches.get("life"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContainingAll("/branches/life", "404");
    }

    @Test
    void anEphemeralBranchIsGoneAfterClose() {
        BranchName name;
        try (EphemeralBranch copy = branches.ephemeral("it", b -> b.from("production"), PATIENCE)) {
            name = copy.name();
            assertThat(name.branch()).startsWith("it-");
            assertThat(copy.branch().expiresAt()).isNotNull();
            assertThat(client.endpoints().readWrite(name).isConnectable()).isTrue();
        }

        assertThatThrownBy(() -> branches.get(name.branch())).isInstanceOf(NotFoundException.class);
    }

    @Test
    void theDefaultBranchIsNotDeletedByItsNameAlone() {
        assertThatThrownBy(() -> branches.delete("production"))
                .isInstanceOf(BranchProtectedException.class)
                .hasMessageContaining("default branch");
        assertThat(branches.get("production").isDefault()).isTrue();
    }

    @Test
    void aNameIsTakenOnce() {
        assertThatThrownBy(() ->
                        branches.create("production", b -> b.from("production").neverExpires()))
                .isInstanceOf(AlreadyExistsException.class);
    }

    @Test
    void anUnknownSourceOrProjectIsNotFound() {
        assertThatThrownBy(() -> branches.create("x", b -> b.from("nowhere").neverExpires())
                        .await(PATIENCE))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> client.branches("nowhere").list().toList()).isInstanceOf(NotFoundException.class);
    }

    @Test
    void aCredentialIsMintedAndKept() {
        EndpointName endpoint = EndpointName.parse(platform.endpoint());

        DatabaseCredential first = client.credentials(endpoint).get(PATIENCE);

        assertThat(first.expiresAt()).isAfter(Instant.now().plus(Duration.ofMinutes(50)));
        assertThat(client.credentials(endpoint).get(PATIENCE)).isSameAs(first);
    }

    @Test
    void theCallerIsWhoTheWorkspaceSays() {
        assertThat(client.currentUserName()).isEqualTo(platform.user());
    }

    @Test
    void aServicePrincipalLogsInByTheSdksOauth() {
        try (LakebaseClient principal = LakebaseClient.builder()
                .host(platform.host().toString())
                .clientId(platform.clientId())
                .clientSecret(platform.clientSecret())
                .build()) {
            assertThat(principal.currentUserName()).isEqualTo(platform.clientId());
        }
    }

    @Test
    void aConfigurationOfTheSdkIsTakenAsItIs() throws Exception {
        DatabricksConfig config =
                new DatabricksConfig().setHost(platform.host().toString()).setToken(platform.token());
        try (LakebaseClient other = LakebaseClient.builder().config(config).build()) {
            assertThat(other.currentUserNameAsync().get(20, TimeUnit.SECONDS)).isEqualTo(platform.user());
        }
    }

    @Test
    void aWrongTokenIsUnauthenticated() {
        try (LakebaseClient stranger = LakebaseClient.builder()
                .host(platform.host().toString())
                .token("not-the-token")
                .build()) {
            assertThatThrownBy(
                            () -> stranger.branches(platform.project()).list().toList())
                    .isInstanceOf(UnauthenticatedException.class)
                    .message()
                    .doesNotContain("not-the-token");
        }
    }

    @Test
    void whoMayUseAProjectMayLookAndIsToldWhatElseItTakes() {
        try (LakebaseClient reader = LakebaseClient.builder()
                .environment(platform.environment(READER))
                .build()) {
            assertThat(reader.branches(platform.project()).get("production").isDefault())
                    .isTrue();
            assertThatThrownBy(() -> reader.branches(platform.project())
                            .create("mine", b -> b.from("production").neverExpires()))
                    .isInstanceOfSatisfying(
                            PermissionDeniedException.class,
                            denied -> assertThat(denied.permission()).isEqualTo("CAN MANAGE"))
                    .hasMessageContainingAll("HTTP 403", "needs CAN MANAGE on projects/" + platform.project());
        }
    }

    @Test
    void aSignedInUsersTokenSpeaksForThatUserAlthoughTheProcessIsSomebodyElse() {
        Map<String, String> app = Map.of(
                "DATABRICKS_HOST", platform.host().toString(),
                "DATABRICKS_CLIENT_ID", platform.clientId(),
                "DATABRICKS_CLIENT_SECRET", platform.clientSecret());
        try (LakebaseClient client = LakebaseClient.builder()
                .environment(app)
                .token(platform.identity(READER).token())
                .build()) {
            assertThat(client.currentUserName()).isEqualTo(READER);
        }
    }

    @Test
    void anExistingClientOfTheSdkLendsItsIdentity() {
        WorkspaceClient existing = new WorkspaceClient(
                new DatabricksConfig().setHost(platform.host().toString()).setToken(platform.token()));
        try (LakebaseClient client =
                LakebaseClient.builder().workspaceClient(existing).build()) {
            assertThat(client.currentUserName()).isEqualTo(platform.user());
        }
    }
}
