package dev.lakebase.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.local.LakebaseLocal;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ReadOnlyTest {
    private static LakebaseLocal local;
    private static LakebaseDataSource dataSource;

    private final AtomicInteger runs = new AtomicInteger();

    @BeforeAll
    static void start() throws SQLException {
        local = LakebaseLocal.start();
        dataSource = LakebaseDataSource.fromEnvironment(local.environment());
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE kept AS SELECT 42 AS answer");
        }
    }

    @AfterAll
    static void stop() {
        dataSource.close();
        local.close();
    }

    @Test
    void workThatLosesItsConnectionIsRunAgain() throws Exception {
        int found = dataSource.readOnly(connection -> {
            if (runs.incrementAndGet() <= 2) {
                local.suspend(local.endpoint());
            }
            return answer(connection);
        });
        assertThat(found).isEqualTo(42);
        assertThat(runs).hasValue(3);
    }

    @Test
    void aLossInsideAFrameworksExceptionIsSeen() throws Exception {
        int found = dataSource.readOnly(connection -> {
            try {
                if (runs.incrementAndGet() == 1) {
                    local.suspend(local.endpoint());
                }
                return answer(connection);
            } catch (SQLException e) {
                throw new IllegalStateException("a framework's wrapper", e);
            }
        });
        assertThat(found).isEqualTo(42);
        assertThat(runs).hasValue(2);
    }

    @Test
    void aServerThatReachesNoOtherServerIsNoLoss() throws Exception {
        assertThatThrownBy(() -> dataSource.readOnly(connection -> {
                    runs.incrementAndGet();
                    return connection
                            .createStatement()
                            .execute("DO $$ BEGIN RAISE 'no dblink' USING ERRCODE = '08001'; END $$");
                }))
                .hasMessageContaining("no dblink");
        assertThat(runs).hasValue(1);
        assertThatThrownBy(() -> dataSource.readOnly(connection -> {
                    runs.incrementAndGet();
                    Statement batch = connection.createStatement();
                    batch.addBatch("DO $$ BEGIN RAISE 'no dblink' USING ERRCODE = '08001'; END $$");
                    return batch.executeBatch();
                }))
                .isInstanceOf(BatchUpdateException.class);
        assertThat(runs).hasValue(2);
    }

    @Test
    void writingIsRefusedByTheServerAndNotTriedAgain() {
        assertThatThrownBy(() -> dataSource.readOnly(connection -> {
                    runs.incrementAndGet();
                    return connection.createStatement().executeUpdate("DELETE FROM kept");
                }))
                .isInstanceOf(SQLException.class)
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("25006");
        assertThat(runs).hasValue(1);
    }

    @Test
    void aLossBeyondTheBudgetReachesTheCaller() {
        assertThatThrownBy(() -> dataSource.readOnly(Duration.ofNanos(1), connection -> {
                    runs.incrementAndGet();
                    local.suspend(local.endpoint());
                    return answer(connection);
                }))
                .isInstanceOf(SQLException.class)
                .extracting(e -> ((SQLException) e).getSQLState())
                .isIn("57P01", "08006");
        assertThat(runs).hasValue(1);
    }

    @Test
    void noTimeIsTooLongForABorrowOrABudget() throws Exception {
        try (LakebaseDataSource patient = LakebaseDataSource.builder()
                .environment(local.environment())
                .connectionTimeout(Duration.ofMillis(Long.MAX_VALUE))
                .build()) {
            int found = patient.readOnly(Duration.ofSeconds(Long.MAX_VALUE), connection -> {
                if (runs.incrementAndGet() == 1) {
                    local.suspend(local.endpoint());
                }
                return answer(connection);
            });
            assertThat(found).isEqualTo(42);
            assertThat(runs).hasValue(2);
        }
    }

    @Test
    void theConnectionGoesBackAsItCame() throws Exception {
        dataSource.readOnly(ReadOnlyTest::answer);
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(connection.isReadOnly()).isFalse();
            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(statement.executeUpdate("UPDATE kept SET answer = 42")).isEqualTo(1);
        }
    }

    private static int answer(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT answer FROM kept")) {
            assertThat(rows.next()).isTrue();
            return rows.getInt(1);
        }
    }
}
