package dev.lakebase.local;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.QueryExecutorBase;

/** Logins with pgjdbc, as any user of the library would have them. */
final class Pg {
    private Pg() {}

    static Connection connect(LakebaseLocal local, int port, String user, String password) throws SQLException {
        Properties properties = properties(local, user, password);
        Connection connection =
                new Driver().connect("jdbc:postgresql://localhost:" + port + "/databricks_postgres", properties);
        if (connection == null) {
            throw new AssertionError("pgjdbc refused its own URL");
        }
        return connection;
    }

    static Properties properties(LakebaseLocal local, String user, String password) {
        var properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", local.caCertificate().toString());
        return properties;
    }

    /** As the user of this run, with a fresh token. */
    static Connection connect(LakebaseLocal local, String endpoint) throws SQLException {
        var rest = new Rest(local);
        return connect(local, rest.gatewayPort(endpoint), local.user(), rest.credential(endpoint));
    }

    static String query(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What the server gave this session to cancel it by; pgjdbc shows it to nobody. */
    static byte[] cancelKey(Connection connection) throws Exception {
        Object executor = connection.unwrap(BaseConnection.class).getQueryExecutor();
        var field = QueryExecutorBase.class.getDeclaredField("cancelKey");
        field.setAccessible(true);
        return (byte[]) field.get(executor);
    }
}
