package dev.lakebase.jdbc.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The compute is put to sleep at random moments while threads read. */
class SuspendStormTest {
    @Test
    @Timeout(120)
    void readOnlyWorkNoticesNoneOfAFewSuspends() throws Exception {
        storm(6);
    }

    @Test
    @Tag("soak")
    @Timeout(3000)
    void readOnlyWorkNoticesNoneOfTwoHundredSuspends() throws Exception {
        storm(200);
    }

    private static void storm(int suspends) throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var readOnly = new Load();
        var others = new Load();
        try (LakebaseLocal local = LakebaseLocal.start();
                LakebaseDataSource dataSource = LakebaseDataSource.fromEnvironment(local.environment())) {
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE kept AS SELECT 42 AS answer");
            }
            readOnly.add(
                    6,
                    () -> assertThat(dataSource.readOnly(SuspendStormTest::answer))
                            .isEqualTo(42));
            others.add(2, () -> {
                try (Connection connection = dataSource.getConnection()) {
                    answer(connection);
                }
            });
            for (int i = 0; i < suspends; i++) {
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(300_000)));
                int before = readOnly.steps();
                local.suspend(local.endpoint());
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                while (readOnly.steps() < before + 20) { // up again, and under load
                    assertThat(System.nanoTime()).as("woken within 60 s").isLessThan(deadline);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                }
            }
            readOnly.close();
            others.close();
        }
        System.out.printf("%d suspends, seed %d%n  readOnly: %s%n  others: %s%n", suspends, seed, readOnly, others);
        assertThat(readOnly.failures()).isEmpty();
        assertThat(others.failures().keySet())
                .as("what a lost connection makes unavoidable")
                .isSubsetOf("57P01", "08006");
    }

    private static int answer(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT answer, pg_sleep(0.002) FROM kept")) {
            if (!rows.next()) {
                throw new SQLException("no row");
            }
            return rows.getInt(1);
        }
    }
}
