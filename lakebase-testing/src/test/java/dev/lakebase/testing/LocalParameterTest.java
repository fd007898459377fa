package dev.lakebase.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.Branch;
import dev.lakebase.client.EndpointName;
import dev.lakebase.client.EndpointState;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import java.lang.reflect.Parameter;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/** Tests that use the Lakebase Local beneath them. */
class LocalParameterTest {
    @LakebaseTest
    static class UsesIt {
        @Test
        void aTestPutsItsComputeToSleepAndGoesOn(
                LakebaseLocal local, LakebaseClient client, Branch branch, LakebaseDataSource dataSource)
                throws SQLException {
            EndpointName endpoint = branch.name().endpoint("primary");
            Sql.execute(dataSource, "create table kept (x int)");
            assertThat(client.endpoints().get(endpoint).state()).isEqualTo(EndpointState.ACTIVE);
            local.suspend(endpoint.toString());
            assertThat(client.endpoints().get(endpoint).state()).isEqualTo(EndpointState.IDLE);
            assertThat(dataSource.<String>readOnly(connection -> {
                        try (var rows = connection.createStatement().executeQuery("select count(*) from kept")) {
                            rows.next();
                            return rows.getString(1);
                        }
                    }))
                    .isEqualTo("0");
        }
    }

    @Test
    void aTestMayAskForTheLocalThatItsBranchIsOn() {
        var results = Results.run(UsesIt.class);

        assertThat(Results.failures(results)).isEmpty();
        results.testEvents().assertStatistics(events -> events.succeeded(1));
    }

    @Test
    void inAWorkspaceThereIsNone() throws Exception {
        Parameter asked = UsesIt.class.getDeclaredMethod(
                        "aTestPutsItsComputeToSleepAndGoesOn",
                        LakebaseLocal.class,
                        LakebaseClient.class,
                        Branch.class,
                        LakebaseDataSource.class)
                .getParameters()[0];
        try (TestPlatform workspace = new RemotePlatform("shop")) {
            assertThatThrownBy(() -> LakebaseExtension.local(workspace, asked))
                    .isInstanceOf(ParameterResolutionException.class)
                    .hasMessageContaining("project shop in a workspace");
        }
    }
}
