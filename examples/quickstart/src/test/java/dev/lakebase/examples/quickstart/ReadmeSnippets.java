package dev.lakebase.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.Branch;
import dev.lakebase.client.Branches;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.testing.LakebaseTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The README's code, letter by letter; {@link ReadmeTest} compares and runs it. */
final class ReadmeSnippets {
    private ReadmeSnippets() {}

    /** Run in a JVM whose environment names Lakebase Local, as a user's names a workspace. */
    public static void main(String[] args) throws SQLException {
        try (LakebaseClient lakebase = LakebaseClient.create()) { // whoever the environment says you are
            Branches branches = lakebase.branches("shop");
            Branch staging = branches.create(
                            "rollout-42", b -> b.from("production").expiresIn(Duration.ofHours(4)))
                    .await(Duration.ofMinutes(2)); // READY, and its endpoint accepts connections
            try (var dataSource = LakebaseDataSource.builder()
                            .client(lakebase)
                            .branch(staging.name())
                            .build();
                    var connection = dataSource.getConnection(); // a fresh token, verified TLS, a woken compute
                    var statement = connection.createStatement()) {
                statement.execute("delete from purchase"); // production does not notice
            }
            branches.delete("rollout-42").await(Duration.ofMinutes(1));
        }
    }

    static void local() throws SQLException {
        try (LakebaseLocal local = LakebaseLocal.start();
                LakebaseDataSource dataSource = LakebaseDataSource.fromEnvironment(local.environment());
                Connection connection = dataSource.getConnection()) {
            assertThat(connection.isValid(5)).isTrue();
        }
    }
}

@LakebaseTest(from = "production", seed = "orders.sql")
class OrdersTest {
    @Test
    void deletingIsSafe(DataSource dataSource) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("delete from purchase")).isEqualTo(2);
        }
    }
}
