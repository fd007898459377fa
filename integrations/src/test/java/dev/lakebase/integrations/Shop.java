package dev.lakebase.integrations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.Branch;
import dev.lakebase.client.EndpointName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.credential.CredentialCache;
import dev.lakebase.client.credential.DatabaseCredential;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.jdbc.plugin.LakebaseAuthenticationPlugin;
import dev.lakebase.local.LakebaseLocal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** What happens to the branch of a test, and how it is reached by those who know nothing of this library. */
record Shop(LakebaseLocal local, LakebaseClient client, Branch branch) {
    EndpointName endpoint() {
        return new EndpointName(branch.name().project(), branch.name().branch(), "primary");
    }

    /** What a tool gets; who asks for tokens is said by the environment or a profile. */
    String url() {
        return "jdbc:postgresql://localhost:"
                + client.endpoints().get(endpoint()).port() + "/" + LakebaseLocal.DATABASE
                + "?user=" + local.user().replace("@", "%40") + "&sslmode=verify-full&sslrootcert="
                + local.caCertificate() + "&authenticationPluginClassName="
                + LakebaseAuthenticationPlugin.class.getName() + "&lakebaseEndpoint=" + endpoint();
    }

    String urlWithProfile(Path folder) throws IOException {
        Path config = Files.writeString(
                folder.resolve("databrickscfg"),
                "[laptop]\nhost = " + local.host() + "\ntoken = " + local.token() + "\n");
        return url() + "&databricksProfile=laptop&databricksConfigFile=" + config;
    }

    Map<String, String> environment() {
        return Map.of("DATABRICKS_HOST", local.host().toString(), "DATABRICKS_TOKEN", local.token());
    }

    /** As the platform does when nobody has used the compute for a while: all connections are gone. */
    void fallAsleep() {
        local.suspend(endpoint().toString());
    }

    /** The next login needs another token than those before, and no old connection is left. */
    void rotate(LakebaseDataSource dataSource) {
        CredentialCache tokens = client.credentials(endpoint());
        DatabaseCredential before = tokens.get(Duration.ofSeconds(20));
        tokens.invalidate(before);
        assertThat(tokens.get(Duration.ofSeconds(20)).token()).isNotEqualTo(before.token());
        dataSource.getHikariPoolMXBean().softEvictConnections();
    }

    static List<String> rows(DataSource dataSource, String query) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            while (result.next()) {
                rows.add(result.getString(1));
            }
        }
        return rows;
    }
}
