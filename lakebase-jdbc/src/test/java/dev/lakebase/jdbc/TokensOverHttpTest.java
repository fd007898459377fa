package dev.lakebase.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.fake.Certificates;
import dev.lakebase.jdbc.fake.Crowd;
import dev.lakebase.jdbc.fake.FakePlatform;
import dev.lakebase.jdbc.fake.FakePostgres;
import dev.lakebase.jdbc.fake.ShiftedTime;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real client and its credential cache, in front of a platform whose answers can be held back. */
@Timeout(60)
class TokensOverHttpTest {
    private final ShiftedTime time = new ShiftedTime();
    private Path root;
    private FakePostgres server;
    private FakePlatform platform;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        Certificates trusted = new Certificates();
        root = trusted.writeRoot(folder);
        server = FakePostgres.start(trusted.server("localhost"));
        platform = new FakePlatform("localhost:" + server.port(), time);
    }

    @AfterEach
    void stop() {
        platform.close();
        server.close();
    }

    @Test
    void aBorrowDuringASlowRefreshDoesNotWait() throws Exception {
        var release = new CompletableFuture<Void>();
        platform.beforeMint = number -> number == 1 ? CompletableFuture.completedFuture(null) : release;
        try (LakebaseClient client = client();
                LakebaseDataSource dataSource = dataSource(client)) {
            dataSource.getConnection().close();
            time.jump(Duration.ofMinutes(55)); // of 60: surely stale, surely valid
            dataSource.getHikariPoolMXBean().softEvictConnections();
            try (Connection connection = dataSource.getConnection()) {
                assertThat(connection.isValid(5)).isTrue();
            }
            Crowd.await(() -> platform.mints.get() == 2); // under way since that borrow, and still held back
            assertThat(release).isNotDone();
            assertThat(server.passwords).containsExactly("token-1", "token-1");

            release.complete(null);
            Crowd.await(() -> borrowsWith(dataSource, "token-2"));
            assertThat(platform.mints).hasValue(2);
        }
    }

    @Test
    void sixtyFourFirstBorrowersCauseOneMintAndOneLookUp() throws Exception {
        try (LakebaseClient client = client();
                LakebaseDataSource dataSource = dataSource(client);
                Crowd crowd = new Crowd(64)) {
            for (Future<Void> each : crowd.borrowAtOnce(dataSource)) {
                each.get(30, TimeUnit.SECONDS);
            }
        }
        assertThat(platform.mints).hasValue(1);
        assertThat(platform.lookUps).hasValue(1);
        assertThat(server.users).containsOnly("me@example.com");
    }

    @Test
    void theEnvironmentNamesThePlatformTooAndTheHostIsChecked() throws Exception {
        try (LakebaseDataSource dataSource = LakebaseDataSource.fromEnvironment(environment(server.port()))) {
            dataSource.getConnection().close();
        }
        assertThat(platform.lookUps).as("the check").hasValue(1);
        try (LakebaseDataSource dataSource = LakebaseDataSource.fromEnvironment(environment(server.port() + 1))) {
            assertThatThrownBy(dataSource::getConnection).hasMessageContaining("does not belong to");
        }
    }

    @Test
    void aCallerThatThePlatformDoesNotKnowHearsItAtOnce() throws Exception {
        try (LakebaseClient client = LakebaseClient.builder()
                        .host(platform.host())
                        .token("canary-stranger")
                        .build();
                LakebaseDataSource dataSource = dataSource(client)) {
            assertThatThrownBy(dataSource::getConnection)
                    .isInstanceOf(SQLInvalidAuthorizationSpecException.class)
                    .hasMessageNotContaining("canary");
        }
        assertThat(server.connections).hasValue(0);
    }

    private boolean borrowsWith(LakebaseDataSource dataSource, String token) {
        dataSource.getHikariPoolMXBean().softEvictConnections();
        try (Connection connection = dataSource.getConnection()) {
            return server.passwords.contains(token) && connection.isValid(5);
        } catch (java.sql.SQLException e) {
            throw new AssertionError(e);
        }
    }

    private LakebaseClient client() {
        return LakebaseClient.builder()
                .host(platform.host())
                .token(FakePlatform.BEARER)
                .timeSource(time)
                .build();
    }

    private LakebaseDataSource dataSource(LakebaseClient client) {
        return LakebaseDataSource.builder()
                .client(client)
                .endpoint(FakePlatform.ENDPOINT)
                .sslRootCert(root)
                .build();
    }

    private Map<String, String> environment(int port) {
        return Map.of(
                "DATABRICKS_HOST",
                platform.host(),
                "DATABRICKS_TOKEN",
                FakePlatform.BEARER,
                "LAKEBASE_ENDPOINT",
                FakePlatform.ENDPOINT,
                "PGHOST",
                "localhost",
                "PGPORT",
                String.valueOf(port),
                "PGDATABASE",
                "databricks_postgres",
                "PGUSER",
                "me@example.com",
                "PGSSLMODE",
                "require",
                "PGSSLROOTCERT",
                root.toString());
    }
}
