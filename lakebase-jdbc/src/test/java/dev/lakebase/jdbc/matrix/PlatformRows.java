package dev.lakebase.jdbc.matrix;

import static dev.lakebase.jdbc.matrix.Expected.When.AT_ONCE;
import static dev.lakebase.jdbc.matrix.Expected.When.BUDGET;
import static dev.lakebase.jdbc.matrix.Expected.fails;
import static dev.lakebase.jdbc.matrix.Expected.served;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.jdbc.fake.JumpingTime;
import dev.lakebase.local.faults.HttpFault;
import dev.lakebase.local.faults.InjectedFault;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The control plane, which mints the tokens and says where the compute is. */
final class PlatformRows {
    private static final String GROUP = "Token service";

    private PlatformRows() {}

    static List<FaultRow> rows() {
        return List.of(
                minting(
                        "down",
                        fails(BUDGET, SQLTransientConnectionException.class, "08001", "getting a credential", "budget"),
                        HttpFault.disconnect()),
                minting(
                        "down for two calls",
                        served("after the retries"),
                        HttpFault.disconnect().times(2)),
                new FaultRow(GROUP, "a second slow", served("after one mint for all"), scene -> {
                    InjectedFault slow = scene.inject(
                            HttpFault.latency(Duration.ofSeconds(1)).on("POST", "credentials"));
                    scene.afterwards = () -> assertThat(slow.strikes()).isEqualTo(1);
                    return scene.builder().build();
                }),
                minting(
                        "never answers",
                        fails(BUDGET, SQLTransientConnectionException.class, "08001", "getting a credential"),
                        HttpFault.timeout()),
                minting(
                        "429 once, retry after 1 s",
                        served("after the pause it asks for"),
                        HttpFault.tooManyRequests(Duration.ofSeconds(1)).times(1)),
                minting(
                        "429, retry after 60 s",
                        fails(BUDGET, SQLTransientConnectionException.class, "08001", "credential"),
                        HttpFault.tooManyRequests(Duration.ofSeconds(60))),
                minting(
                        "500 once",
                        served("after a retry"),
                        HttpFault.status(500).times(1)),
                minting(
                        "500",
                        fails(BUDGET, SQLTransientConnectionException.class, "08001", "credential"),
                        HttpFault.status(500)),
                minting(
                        "503 once",
                        served("after a retry"),
                        HttpFault.status(503).times(1)),
                minting(
                        "malformed answer",
                        fails(BUDGET, SQLTransientConnectionException.class, "08001", "credential"),
                        HttpFault.malformedJson()),
                minting(
                        "answer breaks off once",
                        served("after a retry"),
                        HttpFault.truncatedJson().times(1)),
                minting(
                        "403",
                        fails(
                                AT_ONCE,
                                SQLInvalidAuthorizationSpecException.class,
                                "28000",
                                "could not get the credential"),
                        HttpFault.status(403)),
                minting(
                        "its clock is two hours slow: tokens are born expired",
                        fails(BUDGET, SQLTransientConnectionException.class, "08001", "credential"),
                        HttpFault.clockSkew(Duration.ofHours(-2))),
                new FaultRow(
                        GROUP,
                        "the caller's own credentials are wrong",
                        fails(AT_ONCE, SQLInvalidAuthorizationSpecException.class, "28000", "could not get the"),
                        scene -> scene.builder(Map.of("DATABRICKS_TOKEN", "dapi-wrong"))
                                .build()),
                new FaultRow(
                        GROUP, "down, while a valid token is left", served("with the token that is left"), scene -> {
                            var time = new JumpingTime();
                            LakebaseDataSource dataSource = scene.bare()
                                    .client(scene.close(LakebaseClient.builder()
                                            .host(scene.local.host().toString())
                                            .token(scene.local.token())
                                            .timeSource(time)
                                            .build()))
                                    .endpoint(scene.local.endpoint())
                                    .sslRootCert(scene.local.caCertificate())
                                    .build();
                            dataSource.getConnection().close();
                            scene.inject(HttpFault.disconnect().on("POST", "credentials"));
                            time.jump(Duration.ofMinutes(55)); // of 60: surely stale, surely valid
                            dataSource.getHikariPoolMXBean().softEvictConnections();
                            return dataSource;
                        }),
                new FaultRow("Control plane", "does not let the host be checked", served("with a warning"), scene -> {
                    scene.inject(HttpFault.status(403).on("GET", "projects/**"));
                    return scene.builder().build();
                }));
    }

    private static FaultRow minting(String what, Expected expected, HttpFault fault) {
        return new FaultRow(GROUP, what, expected, scene -> {
            scene.inject(fault.kind() == HttpFault.Kind.CLOCK_SKEW ? fault : fault.on("POST", "credentials"));
            return scene.builder().build();
        });
    }
}
