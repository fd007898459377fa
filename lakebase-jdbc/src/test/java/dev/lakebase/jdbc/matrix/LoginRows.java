package dev.lakebase.jdbc.matrix;

import static dev.lakebase.jdbc.matrix.Expected.When.AT_ONCE;
import static dev.lakebase.jdbc.matrix.Expected.When.BUDGET;
import static dev.lakebase.jdbc.matrix.Expected.fails;
import static dev.lakebase.jdbc.matrix.Expected.served;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.faults.ConnectionFault;
import dev.lakebase.local.faults.InjectedFault;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Who may log in. */
final class LoginRows {
    private static final String TOKEN = "Token";
    private static final String ROLE = "Role";

    private LoginRows() {}

    static List<FaultRow> rows() {
        return List.of(
                new FaultRow(TOKEN, "expired by the server's clock", served("with another token"), scene -> {
                    LakebaseDataSource dataSource = scene.builder().build();
                    dataSource.getConnection().close();
                    scene.clock.jump(Duration.ofMinutes(61));
                    dataSource.getHikariPoolMXBean().softEvictConnections();
                    return dataSource;
                }),
                new FaultRow(TOKEN, "turned down once", served("with another token"), scene -> {
                    scene.inject(ConnectionFault.tokensRejected().times(1));
                    return scene.builder().build();
                }),
                new FaultRow(
                        TOKEN,
                        "revoked: every token is turned down",
                        fails(AT_ONCE, SQLInvalidAuthorizationSpecException.class, "28P01", "2 logins in "),
                        scene -> {
                            InjectedFault revoked = scene.inject(ConnectionFault.tokensRejected());
                            scene.afterwards = () ->
                                    assertThat(revoked.strikes()).as("hammered").isEqualTo(2);
                            return scene.builder().build();
                        }),
                new FaultRow(
                        TOKEN,
                        "revoked, while the pool's connections are dead",
                        fails(AT_ONCE, SQLInvalidAuthorizationSpecException.class, "28P01", "logins in "),
                        scene -> {
                            LakebaseDataSource dataSource = scene.builder().build();
                            dataSource.getConnection().close();
                            scene.inject(ConnectionFault.tokensRejected());
                            scene.local.suspend(scene.local.endpoint());
                            dataSource.getHikariPoolMXBean().softEvictConnections();
                            return dataSource;
                        }),
                new FaultRow(
                        TOKEN,
                        "forged",
                        fails(AT_ONCE, SQLInvalidAuthorizationSpecException.class, "28P01|28000", "1 login in "),
                        scene -> scene.builder(Map.of("LAKEBASE_ENDPOINT", "(unset)"))
                                .password(() -> "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJkZXZAZXhhbXBsZS5jb20ifQ.AAAA")
                                .host("localhost")
                                .port(Integer.parseInt(scene.local.environment().get("PGPORT")))
                                .build()),
                new FaultRow(
                        TOKEN,
                        "another user's",
                        fails(AT_ONCE, SQLInvalidAuthorizationSpecException.class, "28P01|28000", "2 logins in "),
                        scene -> scene.builder().user(scene.local.clientId()).build()),
                new FaultRow(TOKEN, "a fresh branch that does not know it yet", served("once it does"), scene -> {
                    scene.inject(ConnectionFault.authorizationFailed(Duration.ofDays(1))
                            .times(3));
                    return scene.at(scene.branch()).build();
                }),
                new FaultRow(
                        TOKEN,
                        "a fresh branch that goes on not knowing it",
                        fails(BUDGET, SQLTransientConnectionException.class, "28000", "created less than a minute ago"),
                        scene -> {
                            scene.inject(ConnectionFault.authorizationFailed(Duration.ofDays(1)));
                            return scene.at(scene.branch()).build();
                        }),
                new FaultRow(
                        ROLE,
                        "missing",
                        fails(AT_ONCE, SQLInvalidAuthorizationSpecException.class, "28P01|28000", "nobody@example.com"),
                        scene -> scene.builder().user("nobody@example.com").build()),
                new FaultRow(
                        ROLE,
                        "may not log in",
                        fails(AT_ONCE, SQLInvalidAuthorizationSpecException.class, "28P01|28000", "sleeper"),
                        scene -> {
                            scene.execute("CREATE ROLE sleeper NOLOGIN PASSWORD 'pw-of-sleeper'");
                            return nativeLogin(scene, "sleeper", "pw-of-sleeper");
                        }),
                new FaultRow(
                        ROLE,
                        "its native password is wrong",
                        fails(AT_ONCE, SQLInvalidAuthorizationSpecException.class, "28P01", "1 login in "),
                        scene -> nativeLogin(scene, "nobody", "wrong")),
                new FaultRow(
                        ROLE,
                        "may not connect to the database",
                        fails(AT_ONCE, SQLNonTransientConnectionException.class, "42501", "permission denied"),
                        scene -> {
                            scene.execute("CREATE ROLE stranger LOGIN PASSWORD 'pw-of-stranger'");
                            scene.execute("CREATE DATABASE walled");
                            scene.execute("REVOKE CONNECT ON DATABASE walled FROM PUBLIC");
                            return scene.builder(Map.of("LAKEBASE_ENDPOINT", "(unset)"))
                                    .host("localhost")
                                    .port(Integer.parseInt(
                                            scene.local.environment().get("PGPORT")))
                                    .user("stranger")
                                    .password("pw-of-stranger")
                                    .database("walled")
                                    .build();
                        }),
                new FaultRow(
                        "Database",
                        "does not exist",
                        fails(AT_ONCE, SQLNonTransientConnectionException.class, "3D000", "Check the database name"),
                        scene -> scene.builder().database("no_such").build()));
    }

    private static LakebaseDataSource nativeLogin(Scene scene, String user, String password) {
        return scene.builder(Map.of("LAKEBASE_ENDPOINT", "(unset)"))
                .host("localhost")
                .port(Integer.parseInt(scene.local.environment().get("PGPORT")))
                .user(user)
                .password(password)
                .build();
    }
}
