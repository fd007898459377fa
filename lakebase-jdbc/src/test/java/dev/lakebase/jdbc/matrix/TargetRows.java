package dev.lakebase.jdbc.matrix;

import static dev.lakebase.jdbc.matrix.Expected.When.AT_ONCE;
import static dev.lakebase.jdbc.matrix.Expected.When.CONFIGURATION;
import static dev.lakebase.jdbc.matrix.Expected.When.DEADLINE;
import static dev.lakebase.jdbc.matrix.Expected.fails;
import static dev.lakebase.jdbc.matrix.Expected.served;

import dev.lakebase.client.Endpoint;
import dev.lakebase.jdbc.InvalidSettingException;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.jdbc.fake.Crowd;
import dev.lakebase.local.faults.ConnectionFault;
import dev.lakebase.local.faults.HttpFault;
import dev.lakebase.local.faults.ServerCertificate;
import dev.lakebase.local.faults.Stage;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Host, TLS, name service, and the pool itself. */
final class TargetRows {
    private static final String HOST = "Host";
    private static final String TLS = "TLS";
    private static final String MODE = "`PGSSLMODE`";
    private static final String POOL = "Pool";

    private TargetRows() {}

    static List<FaultRow> rows() {
        var rows = new ArrayList<>(List.of(
                new FaultRow(
                        HOST,
                        "belongs to another endpoint",
                        fails(AT_ONCE, SQLNonTransientConnectionException.class, "08001", "does not belong to"),
                        scene -> {
                            Endpoint other = scene.client().endpoints().get(scene.branch());
                            return scene.builder()
                                    .endpoint(scene.local.endpoint())
                                    .host("localhost")
                                    .port(other.port())
                                    .build();
                        }),
                new FaultRow(
                        HOST,
                        "is a pooler's",
                        fails(CONFIGURATION, InvalidSettingException.class, "", "connection pooler"),
                        scene -> scene.builder()
                                .endpoint(scene.local.endpoint())
                                .host("ep-1-pooler.database.example.com")
                                .build()),
                new FaultRow(
                        HOST,
                        "has no address",
                        fails(AT_ONCE, SQLNonTransientConnectionException.class, "08001", "The host has no address"),
                        scene -> scene.bare()
                                .host("no-such-host.invalid")
                                .user("app")
                                .password("secret")
                                .build()),
                tls(
                        "certificate of an unknown authority",
                        ServerCertificate.UNKNOWN_AUTHORITY,
                        "did not prove its identity"),
                tls("certificate of another host", ServerCertificate.WRONG_HOST, "did not prove its identity"),
                tls("certificate expired", ServerCertificate.EXPIRED, "did not prove its identity"),
                new FaultRow(
                        TLS,
                        "refused by the server",
                        fails(AT_ONCE, SQLNonTransientConnectionException.class, "08004", "refused TLS"),
                        scene -> {
                            scene.inject(ConnectionFault.noTls());
                            return scene.builder().build();
                        }),
                new FaultRow(
                        TLS,
                        "no root certificate given, and the JVM does not know the authority",
                        fails(AT_ONCE, SQLNonTransientConnectionException.class, "08006", "PGSSLROOTCERT"),
                        scene ->
                                scene.builder(Map.of("PGSSLROOTCERT", "system")).build()),
                new FaultRow(
                        POOL,
                        "exhausted",
                        fails(DEADLINE, SQLTransientConnectionException.class, "null", "total=1, active=1, idle=0"),
                        scene -> {
                            LakebaseDataSource dataSource =
                                    scene.builder().maximumPoolSize(1).build();
                            scene.close(dataSource.getConnection());
                            return dataSource;
                        }),
                new FaultRow(
                        POOL,
                        "closed during a login",
                        fails(AT_ONCE, SQLNonTransientConnectionException.class, "08003", "is closed"),
                        scene -> {
                            scene.inject(ConnectionFault.silence(Stage.CONNECT));
                            scene.whileTheyWait = (dataSource, threads) -> {
                                Crowd.await(scene::faultsStruck);
                                dataSource.close();
                            };
                            return scene.builder().build();
                        }),
                new FaultRow(
                        POOL,
                        "borrowers interrupted during a login",
                        fails(AT_ONCE, SQLException.class, "08003", "Interrupted"),
                        scene -> {
                            scene.inject(HttpFault.timeout().on("POST", "credentials"));
                            scene.whileTheyWait = (dataSource, threads) -> {
                                Crowd.await(scene::faultsStruck);
                                threads.forEach(Thread::interrupt);
                            };
                            return scene.builder().build();
                        }),
                new FaultRow(POOL, "borrowers are virtual threads (JDK 21 and later)", served(""), scene -> {
                    scene.virtual = true;
                    scene.local.suspend(scene.local.endpoint());
                    return scene.builder().build();
                })));
        for (String mode : List.of("require", "verify-ca", "verify-full")) {
            rows.add(new FaultRow(
                    MODE,
                    "`" + mode + "`",
                    served("over verify-full"),
                    scene -> scene.builder(Map.of("PGSSLMODE", mode)).build()));
        }
        rows.add(new FaultRow(
                MODE,
                "empty or unset",
                served("over verify-full"),
                scene -> scene.builder(Map.of("PGSSLMODE", "")).build()));
        for (String mode : List.of("require", "verify-ca")) {
            rows.add(new FaultRow(
                    MODE,
                    "`" + mode + "`, and the certificate is another host's",
                    fails(AT_ONCE, SQLNonTransientConnectionException.class, "08006", "did not prove its identity"),
                    scene -> {
                        scene.inject(ConnectionFault.certificate(ServerCertificate.WRONG_HOST));
                        return scene.builder(Map.of("PGSSLMODE", mode)).build();
                    }));
        }
        for (String mode : List.of("prefer", "allow", "disable", "verify-fully")) {
            rows.add(new FaultRow(
                    MODE,
                    "`" + mode + "`",
                    fails(CONFIGURATION, InvalidSettingException.class, "", "PGSSLMODE is '" + mode + "'"),
                    scene -> scene.builder(Map.of("PGSSLMODE", mode)).build()));
        }
        return rows;
    }

    private static FaultRow tls(String what, ServerCertificate certificate, String says) {
        return new FaultRow(
                TLS,
                what,
                fails(AT_ONCE, SQLNonTransientConnectionException.class, "08006", says, "1 login in "),
                scene -> {
                    scene.inject(ConnectionFault.certificate(certificate));
                    return scene.builder().build();
                });
    }
}
