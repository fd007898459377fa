package dev.lakebase.jdbc.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.local.LakebaseLocal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real TLS, real signed tokens, real PostgreSQL, and nothing but a URL. */
@Timeout(120)
class PluginOnLakebaseLocalTest {
    private static final Duration TOKEN_LIFETIME = Duration.ofSeconds(2);

    private static LakebaseLocal local;
    private static String url;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        local = LakebaseLocal.builder().tokenLifetime(TOKEN_LIFETIME).start();
        Path config = folder.resolve("databrickscfg");
        Files.writeString(config, "[laptop]\nhost = " + local.host() + "\ntoken = " + local.token() + "\n");
        Map<String, String> environment = local.environment();
        url = "jdbc:postgresql://localhost:" + environment.get("PGPORT") + "/databricks_postgres?user="
                + local.user().replace("@", "%40") + "&sslmode=verify-full&sslrootcert="
                + environment.get("PGSSLROOTCERT") + "&authenticationPluginClassName="
                + LakebaseAuthenticationPlugin.class.getName() + "&lakebaseEndpoint=" + local.endpoint()
                + "&databricksProfile=laptop&databricksConfigFile=" + config;
    }

    @AfterAll
    static void stop() {
        local.close();
    }

    @Test
    void aUrlLogsInAndWakesTheComputeThatFellAsleep() throws Exception {
        assertThat(currentUser()).isEqualTo(local.user());
        local.suspend(local.endpoint());
        assertThat(currentUser()).isEqualTo(local.user());
    }

    @Test
    void connectionsAreMadeWithValidTokensThroughSeveralLifetimes() throws Exception {
        long end = System.nanoTime() + TOKEN_LIFETIME.multipliedBy(2).toNanos();
        do {
            assertThat(currentUser()).isEqualTo(local.user());
        } while (System.nanoTime() < end);
    }

    @Test
    void anotherUsersRoleIsRefusedByTheServerInItsOwnWords() {
        String other = url.replace(local.user().replace("@", "%40"), local.clientId());
        assertThatThrownBy(() -> DriverManager.getConnection(other).close())
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isIn("28P01", "28000"));
    }

    private static String currentUser() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT current_user")) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
