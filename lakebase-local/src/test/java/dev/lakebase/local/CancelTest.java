package dev.lakebase.local;

import static dev.lakebase.local.Eventually.eventually;
import static dev.lakebase.local.Pg.execute;
import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;

@ExtendWith(SharedLocal.class)
class CancelTest {
    private static final String RUNNING =
            "select count(*) from pg_stat_activity where query like 'select pg_sleep(60)%' and state = 'active'";

    @Test
    void runningQueryCanBeCancelled(LakebaseLocal local) throws Exception {
        try (var connection = Pg.connect(local, local.endpoint());
                var watcher = Pg.connect(local, local.endpoint());
                var statement = connection.createStatement()) {
            var query = CompletableFuture.supplyAsync(() -> run(statement));
            eventually(
                    Duration.ofSeconds(20),
                    () -> assertThat(query(watcher, RUNNING)).isEqualTo("1"));
            statement.cancel();
            assertThatThrownBy(query::join)
                    .isInstanceOf(CompletionException.class)
                    .hasRootCauseInstanceOf(SQLException.class)
                    .rootCause()
                    .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("57014"));
            assertThat(query(connection, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void cancelSentToAnotherEndpointDoesNothing(LakebaseLocal local) throws Exception {
        var rest = new Rest(local);
        rest.createBranch("other", "production");
        try (var connection = Pg.connect(local, local.endpoint());
                var watcher = Pg.connect(local, local.endpoint());
                var statement = connection.createStatement()) {
            var query = CompletableFuture.supplyAsync(() -> run(statement));
            eventually(
                    Duration.ofSeconds(20),
                    () -> assertThat(query(watcher, RUNNING)).isEqualTo("1"));
            sendCancel(rest.gatewayPort("projects/local/branches/other/endpoints/primary"), connection);
            assertThat(query(watcher, RUNNING)).isEqualTo("1");
            assertThat(query).isNotDone();
            sendCancel(rest.gatewayPort(local.endpoint()), connection);
            assertThatThrownBy(query::join).hasRootCauseInstanceOf(SQLException.class);
        } finally {
            rest.deleteBranch("other");
        }
    }

    @Test
    void cancelDoesNotWakeASleepingCompute(LakebaseLocal local) throws Exception {
        var rest = new Rest(local);
        rest.createBranch("dozer", "production");
        String endpoint = "projects/local/branches/dozer/endpoints/primary";
        try (var connection = Pg.connect(local, local.endpoint())) {
            local.suspend(endpoint);
            sendCancel(rest.gatewayPort(endpoint), connection);
            assertThat(rest.get(endpoint).text("/status/current_state")).isEqualTo("IDLE");
            execute(connection, "select 1");
        } finally {
            rest.deleteBranch("dozer");
        }
    }

    private static boolean run(java.sql.Statement statement) {
        try {
            return statement.execute("select pg_sleep(60)");
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
    }

    /** The key of the given session, sent in the clear to the given port; returns when the server has hung up. */
    private static void sendCancel(int port, java.sql.Connection connection) throws Exception {
        int pid = connection.unwrap(PGConnection.class).getBackendPID();
        byte[] key = Pg.cancelKey(connection);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            var out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(16);
            out.writeInt(80877102);
            out.writeInt(pid);
            out.write(key);
            out.flush();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }
}
