package dev.lakebase.jdbc.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.local.LakebaseLocal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.commons.dbcp2.DataSourceConnectionFactory;
import org.apache.commons.dbcp2.PoolableConnection;
import org.apache.commons.dbcp2.PoolableConnectionFactory;
import org.apache.commons.dbcp2.PoolingDataSource;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The connector is a plain DataSource: for another pool, or for none. */
@Timeout(120)
class OtherPoolsTest {
    private static LakebaseLocal local;
    private static LakebaseClient client;

    @BeforeAll
    static void start() {
        local = LakebaseLocal.start();
        client = LakebaseClient.builder()
                .host(local.host().toString())
                .token(local.token())
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        local.close();
    }

    @Test
    void withoutAPoolEveryBorrowIsALogin() throws Exception {
        try (LakebaseConnector connector = connector().build()) {
            try (Connection one = connector.getConnection();
                    Connection two = connector.getConnection()) {
                assertThat(pid(one)).isNotEqualTo(pid(two));
            }
            local.suspend(local.endpoint());
            try (Connection woken = connector.getConnection()) {
                assertThat(woken.isValid(5)).isTrue();
            }
        }
    }

    /** A statement would be one more round trip of every login. */
    @Test
    void aNewSessionHasItsNameWithoutAStatement() throws Exception {
        try (LakebaseConnector connector =
                        connector().property("ApplicationName", "newcomer").build();
                Connection newcomer = connector.getConnection();
                Connection observer = connector.getConnection()) {
            assertThat(newcomer.getClientInfo("ApplicationName")).isEqualTo("newcomer");
            assertThat(lastStatementOfTheOther(observer)).isEmpty();
        }
    }

    private static String lastStatementOfTheOther(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT query FROM pg_stat_activity"
                        + " WHERE application_name = 'newcomer' AND pid <> pg_backend_pid()")) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    @Test
    void dbcpPoolsItAndLivesThroughASuspend() throws Exception {
        try (LakebaseConnector connector = connector().build();
                PoolingDataSource<PoolableConnection> pool = dbcp(connector)) {
            int first;
            try (Connection connection = pool.getConnection()) {
                first = pid(connection);
            }
            try (Connection connection = pool.getConnection()) {
                assertThat(pid(connection)).as("pooled").isEqualTo(first);
            }
            local.suspend(local.endpoint());
            try (Connection connection = pool.getConnection()) {
                assertThat(pid(connection)).isNotEqualTo(first);
            }
        }
    }

    @Test
    void dbcpsBorrowersHearTheTrueReason() throws Exception {
        try (LakebaseConnector connector =
                        connector().user("nobody@example.com").build();
                PoolingDataSource<PoolableConnection> pool = dbcp(connector)) {
            assertThatThrownBy(pool::getConnection)
                    .hasStackTraceContaining(SQLInvalidAuthorizationSpecException.class.getName())
                    .hasStackTraceContaining("nobody@example.com");
        }
    }

    @Test
    void aGuardOnTheClassPathIsAskedWithoutAPoolToo() throws Exception {
        var asked = new AtomicReference<ConnectionTarget>();
        Watch.watcher = asked::set;
        try (LakebaseConnector connector = connector().build()) {
            connector.getConnection().close();
        } finally {
            Watch.watcher = target -> {};
        }
        assertThat(asked.get().endpoint()).isEqualTo(EndpointName.parse(local.endpoint()));
    }

    /** Found by ServiceLoader. */
    public static final class Watch implements ConnectionGuard {
        static volatile java.util.function.Consumer<ConnectionTarget> watcher = target -> {};

        @Override
        public void check(ConnectionTarget target) {
            watcher.accept(target);
        }
    }

    private static ConnectorBuilder connector() {
        return LakebaseConnector.builder()
                .client(client)
                .endpoint(EndpointName.parse(local.endpoint()))
                .sslRootCert(local.caCertificate());
    }

    private static PoolingDataSource<PoolableConnection> dbcp(LakebaseConnector connector) {
        var factory = new PoolableConnectionFactory(new DataSourceConnectionFactory(connector), null);
        factory.setValidationQueryTimeout(Duration.ofSeconds(5));
        var pool = new GenericObjectPool<>(factory);
        pool.setTestOnBorrow(true);
        factory.setPool(pool);
        return new PoolingDataSource<>(pool);
    }

    private static int pid(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT pg_backend_pid()")) {
            assertThat(rows.next()).isTrue();
            return rows.getInt(1);
        }
    }
}
