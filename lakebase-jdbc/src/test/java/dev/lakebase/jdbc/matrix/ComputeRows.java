package dev.lakebase.jdbc.matrix;

import static dev.lakebase.jdbc.matrix.Expected.When.AT_ONCE;
import static dev.lakebase.jdbc.matrix.Expected.When.BUDGET;
import static dev.lakebase.jdbc.matrix.Expected.fails;
import static dev.lakebase.jdbc.matrix.Expected.served;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.jdbc.login.LoginFailure;
import dev.lakebase.local.faults.ConnectionFault;
import dev.lakebase.local.faults.InjectedFault;
import dev.lakebase.local.faults.Stage;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** The compute and its branch. */
final class ComputeRows {
    private static final String COMPUTE = "Compute";
    private static final String SESSION = "Session";
    private static final String BRANCH = "Branch";

    private ComputeRows() {}

    static List<FaultRow> rows() {
        return List.of(
                new FaultRow(COMPUTE, "asleep", served("it is woken"), scene -> {
                    scene.local.suspend(scene.local.endpoint());
                    return scene.builder().build();
                }),
                new FaultRow(COMPUTE, "asleep, and the pool full of dead connections", served("it is woken"), scene -> {
                    LakebaseDataSource dataSource = scene.builder().build();
                    dataSource.getConnection().close();
                    scene.local.suspend(scene.local.endpoint());
                    dataSource.getHikariPoolMXBean().softEvictConnections();
                    return dataSource;
                }),
                new FaultRow(COMPUTE, "waking, with 57P03 for a while", served("once it is up"), scene -> {
                    scene.inject(ConnectionFault.wakeDelay(Duration.ofMillis(500)));
                    scene.inject(ConnectionFault.startingUp());
                    scene.local.suspend(scene.local.endpoint());
                    return scene.builder().build();
                }),
                new FaultRow(
                        COMPUTE,
                        "waking, with 57P03 for too long",
                        fails(BUDGET, SQLTransientConnectionException.class, "57P03", "did not come up in time"),
                        scene -> {
                            scene.inject(ConnectionFault.wakeDelay(Duration.ofSeconds(5)));
                            scene.inject(ConnectionFault.startingUp());
                            scene.local.suspend(scene.local.endpoint());
                            return scene.builder().build();
                        }),
                new FaultRow(
                        COMPUTE,
                        "waking, and silent for too long",
                        fails(BUDGET, SQLTransientConnectionException.class, "08001|08006", "wakeBudget"),
                        scene -> {
                            scene.inject(ConnectionFault.wakeDelay(Duration.ofSeconds(5)));
                            scene.local.suspend(scene.local.endpoint());
                            return scene.builder().build();
                        }),
                untilRetried("refuses connections for a while", LoginFailure.WAKING, ConnectionFault.refused()),
                fault(
                        "refuses connections",
                        fails(BUDGET, SQLTransientConnectionException.class, "08001", "did not come up in time"),
                        ConnectionFault.refused()),
                fault(
                        "resets connections twice",
                        served("after the retries"),
                        ConnectionFault.reset(Stage.CONNECT).times(2)),
                fault(
                        "resets connections",
                        fails(BUDGET, SQLTransientConnectionException.class, "08001|08006", "did not come up in time"),
                        ConnectionFault.reset(Stage.CONNECT)),
                fault(
                        "resets inside TLS once",
                        served("after a retry"),
                        ConnectionFault.reset(Stage.TLS).times(1)),
                fault(
                        "resets after the password once",
                        served("after a retry"),
                        ConnectionFault.reset(Stage.PASSWORD).times(1)),
                fault(
                        "half-open: accepts, and says nothing",
                        fails(BUDGET, SQLTransientConnectionException.class, "08001|08006", "wakeBudget"),
                        ConnectionFault.silence(Stage.CONNECT)),
                fault(
                        "half-open after the password",
                        fails(BUDGET, SQLTransientConnectionException.class, "08001|08006", "wakeBudget"),
                        ConnectionFault.silence(Stage.PASSWORD)),
                fault(
                        "slow: half a second more at TLS",
                        served(""),
                        ConnectionFault.latency(Stage.TLS, Duration.ofMillis(500))),
                untilRetried("out of connections for a while", LoginFailure.FULL, ConnectionFault.tooManyConnections()),
                fault(
                        "out of connections",
                        fails(BUDGET, SQLTransientConnectionException.class, "53300", "Lower maximumPoolSize"),
                        ConnectionFault.tooManyConnections()),
                new FaultRow(
                        COMPUTE,
                        "disabled",
                        fails(AT_ONCE, SQLNonTransientConnectionException.class, "57P03", "Enable it"),
                        scene -> {
                            EndpointName endpoint = scene.branch();
                            scene.client().endpoints().disable(endpoint).await(Duration.ofMinutes(1));
                            return scene.at(endpoint).build();
                        }),
                new FaultRow(
                        SESSION,
                        "restarted under a running statement",
                        new Expected(
                                "the statement fails; the next borrow is served",
                                AT_ONCE,
                                SQLException.class,
                                List.of("57P01"),
                                List.of("terminating connection")),
                        scene -> {
                            scene.inject(ConnectionFault.terminated().whenSent("'struck'"));
                            scene.work = ComputeRows::loseAndBorrowAgain;
                            return scene.builder().build();
                        }),
                new FaultRow(
                        SESSION,
                        "reset under a running statement",
                        new Expected(
                                "the statement fails; the next borrow is served",
                                AT_ONCE,
                                SQLException.class,
                                List.of("08006"),
                                List.of()),
                        scene -> {
                            scene.inject(ConnectionFault.reset(Stage.ANSWER).whenSent("'struck'"));
                            scene.work = ComputeRows::loseAndBorrowAgain;
                            return scene.builder().build();
                        }),
                new FaultRow(SESSION, "restarted under read-only work", served("the work is run again"), scene -> {
                    scene.inject(
                            ConnectionFault.terminated().whenSent("'struck'").times(8));
                    scene.work = Scene.readOnly(ComputeRows::strike);
                    return scene.builder().build();
                }),
                new FaultRow(
                        BRANCH,
                        "does not exist",
                        fails(AT_ONCE, SQLNonTransientConnectionException.class, "08001", "does not exist any more"),
                        scene -> scene.at(scene.endpoint("no-such-branch")).build()),
                new FaultRow(
                        BRANCH,
                        "deleted under the pool",
                        fails(AT_ONCE, SQLNonTransientConnectionException.class, "08001", "does not exist any more"),
                        scene -> {
                            EndpointName endpoint = scene.branch();
                            LakebaseDataSource dataSource = scene.at(endpoint).build();
                            dataSource.getConnection().close();
                            delete(scene.client(), endpoint);
                            dataSource.getHikariPoolMXBean().softEvictConnections();
                            return dataSource;
                        }),
                new FaultRow(BRANCH, "recreated under the pool, at a new host", served("at the new host"), scene -> {
                    EndpointName endpoint = scene.branch();
                    LakebaseDataSource dataSource = scene.at(endpoint).build();
                    dataSource.getConnection().close();
                    delete(scene.client(), endpoint);
                    scene.create(endpoint.branch());
                    dataSource.getHikariPoolMXBean().softEvictConnections();
                    return dataSource;
                }));
    }

    private static void delete(LakebaseClient client, EndpointName endpoint) {
        client.branches(endpoint.branchName().projectName())
                .delete(endpoint.branch())
                .await(Duration.ofMinutes(1));
    }

    private static FaultRow fault(String what, Expected expected, ConnectionFault fault) {
        return new FaultRow(COMPUTE, what, expected, scene -> {
            scene.inject(fault);
            return scene.builder().build();
        });
    }

    private static FaultRow untilRetried(String what, LoginFailure reason, ConnectionFault fault) {
        return new FaultRow(COMPUTE, what, served("after the retries"), scene -> {
            InjectedFault injected = scene.inject(fault);
            return scene.builder()
                    .listener(Scene.endsAfter(3, reason, injected))
                    .build();
        });
    }

    private static void loseAndBorrowAgain(LakebaseDataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            strike(connection);
        } catch (SQLException e) {
            try (Connection again = dataSource.getConnection();
                    Statement statement = again.createStatement()) {
                statement.execute("SELECT 1");
            }
            throw e;
        }
    }

    private static boolean strike(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.execute("SELECT 'struck'");
        }
    }
}
