package dev.lakebase.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.BranchName;
import dev.lakebase.client.Branches;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.local.LakebaseLocal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How long it takes from asking for a branch of a 30 MB database to the first row from it, by way of the client, the
 * REST API, a base copy, a token, TLS and the pool. Prints figures and asserts none: {@code mvn verify -Psoak -pl
 * lakebase-jdbc -am -Dtest=BranchReadyMeasurement -Dsurefire.failIfNoSpecifiedTests=false}.
 */
@Tag("soak")
class BranchReadyMeasurement {
    private static final int ROUNDS = 21;
    private static final int ROWS = 100_000;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Test
    void createdToFirstRow() throws SQLException {
        try (LakebaseLocal local = LakebaseLocal.start();
                LakebaseClient client = LakebaseClient.builder()
                        .host(local.host().toString())
                        .token(local.token())
                        .build();
                LakebaseDataSource production = connect(client, local, "production")) {
            long bytes = query(
                    production,
                    "create table t as select n, repeat('x', 200) as filler from generate_series(1, " + ROWS + ") n",
                    "select pg_database_size(current_database())");
            Branches branches = client.branches(local.project());
            List<Long> millis = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                String id = "measured-" + round;
                long start = System.nanoTime();
                branches.create(id, spec -> spec.from("production").expiresIn(Duration.ofHours(1)))
                        .await(PATIENCE);
                try (LakebaseDataSource branch = connect(client, local, id)) {
                    assertThat(query(branch, "select 1", "select count(*) from t"))
                            .isEqualTo(ROWS);
                    millis.add(Duration.ofNanos(System.nanoTime() - start).toMillis());
                }
                branches.delete(id).await(PATIENCE);
            }
            millis.sort(null);
            System.out.printf(
                    "branch of %d MB, create to first row: min %d ms, median %d ms, max %d ms (%d rounds)%n",
                    bytes / 1_000_000, millis.get(0), millis.get(ROUNDS / 2), millis.get(ROUNDS - 1), ROUNDS);
        }
    }

    private static LakebaseDataSource connect(LakebaseClient client, LakebaseLocal local, String branch) {
        return LakebaseDataSource.builder()
                .client(client)
                .branch(new BranchName(local.project(), branch))
                .sslRootCert(local.caCertificate())
                .build();
    }

    private static long query(LakebaseDataSource dataSource, String first, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(first);
            try (ResultSet row = statement.executeQuery(sql)) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
