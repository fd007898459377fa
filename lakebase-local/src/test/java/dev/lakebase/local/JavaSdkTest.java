package dev.lakebase.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.databricks.sdk.WorkspaceClient;
import com.databricks.sdk.core.DatabricksConfig;
import com.databricks.sdk.core.error.platform.AlreadyExists;
import com.databricks.sdk.core.error.platform.NotFound;
import com.databricks.sdk.core.error.platform.Unauthenticated;
import com.databricks.sdk.service.common.lro.LroOptions;
import com.databricks.sdk.service.iam.MeRequest;
import com.databricks.sdk.service.postgres.Branch;
import com.databricks.sdk.service.postgres.BranchSpec;
import com.databricks.sdk.service.postgres.BranchStatusState;
import com.databricks.sdk.service.postgres.CreateBranchRequest;
import com.databricks.sdk.service.postgres.DeleteBranchRequest;
import com.databricks.sdk.service.postgres.EndpointStatusState;
import com.databricks.sdk.service.postgres.EndpointType;
import com.databricks.sdk.service.postgres.GenerateDatabaseCredentialRequest;
import com.databricks.sdk.service.postgres.GetBranchRequest;
import com.databricks.sdk.service.postgres.GetEndpointRequest;
import com.databricks.sdk.service.postgres.ListBranchesRequest;
import com.databricks.sdk.service.postgres.PostgresAPI;
import com.google.protobuf.Duration;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The platform's own Java SDK, used directly: nothing of this library is in between. */
@ExtendWith(SharedLocal.class)
class JavaSdkTest {
    @Test
    void personalAccessTokenCreatesWaitsForListsAndDeletesABranch(LakebaseLocal local) throws Exception {
        var workspace = new WorkspaceClient(new DatabricksConfig()
                .setAuthType("pat")
                .setHost(local.host().toString())
                .setToken(local.token()));
        assertThat(workspace.currentUser().me(new MeRequest()).getUserName()).isEqualTo(local.user());
        walk(local, workspace.postgres(), "sdk-pat", local.user());
    }

    @Test
    void serviceAccountByOAuthCreatesWaitsForListsAndDeletesABranch(LakebaseLocal local) throws Exception {
        var workspace = new WorkspaceClient(new DatabricksConfig()
                .setAuthType("oauth-m2m")
                .setHost(local.host().toString())
                .setClientId(local.clientId())
                .setClientSecret(local.clientSecret()));
        assertThat(workspace.currentUser().me(new MeRequest()).getUserName()).isEqualTo(local.clientId());
        walk(local, workspace.postgres(), "sdk-m2m", local.clientId());
    }

    private static void walk(LakebaseLocal local, PostgresAPI postgres, String id, String user) throws Exception {
        String name = "projects/local/branches/" + id;
        var create = new CreateBranchRequest()
                .setParent("projects/local")
                .setBranchId(id)
                .setBranch(new Branch()
                        .setSpec(new BranchSpec()
                                .setSourceBranch("projects/local/branches/production")
                                .setTtl(Duration.newBuilder().setSeconds(3600).build())));
        var patience = Optional.of(LroOptions.withTimeout(java.time.Duration.ofMinutes(1)));
        Branch created = postgres.createBranch(create).waitForCompletion(patience);
        assertThat(created.getName()).isEqualTo(name);
        assertThat(created.getStatus().getCurrentState()).isEqualTo(BranchStatusState.READY);
        assertThat(created.getStatus().getSourceBranch()).isEqualTo("projects/local/branches/production");
        assertThatThrownBy(() -> postgres.createBranch(create)).isInstanceOf(AlreadyExists.class);

        assertThat(StreamSupport.stream(
                                postgres.listBranches(new ListBranchesRequest().setParent("projects/local"))
                                        .spliterator(),
                                false)
                        .map(Branch::getName))
                .contains("projects/local/branches/production", name);

        var endpoint = postgres.getEndpoint(new GetEndpointRequest().setName(name + "/endpoints/primary"));
        assertThat(endpoint.getStatus().getEndpointType()).isEqualTo(EndpointType.ENDPOINT_TYPE_READ_WRITE);
        assertThat(endpoint.getStatus().getCurrentState()).isEqualTo(EndpointStatusState.ACTIVE);
        var credential = postgres.generateDatabaseCredential(
                new GenerateDatabaseCredentialRequest().setEndpoint(endpoint.getName()));
        String host = endpoint.getStatus().getHosts().getHost();
        int port = Integer.parseInt(host.substring(host.indexOf(':') + 1));
        try (var connection = Pg.connect(local, port, user, credential.getToken())) {
            assertThat(Pg.query(connection, "select current_user")).isEqualTo(user);
        }

        postgres.deleteBranch(new DeleteBranchRequest().setName(name)).waitForCompletion(patience);
        assertThatThrownBy(() -> postgres.getBranch(new GetBranchRequest().setName(name)))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("branch id not found");
    }

    @Test
    void wrongTokenIsUnauthenticated(LakebaseLocal local) {
        var workspace = new WorkspaceClient(new DatabricksConfig()
                .setAuthType("pat")
                .setHost(local.host().toString())
                .setToken("dapi-not-of-this-run"));
        assertThatThrownBy(() -> workspace.currentUser().me(new MeRequest())).isInstanceOf(Unauthenticated.class);
    }
}
