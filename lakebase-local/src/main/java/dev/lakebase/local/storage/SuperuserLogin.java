package dev.lakebase.local.storage;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.postgresql.Driver;

/** Connections of ours to a server's Unix socket, as the superuser unless told otherwise. */
final class SuperuserLogin {
    /** A local server that is up answers a login in milliseconds. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private SuperuserLogin() {}

    /** Without a time-out once it is logged in. */
    static Connection connect(UnixSocketAddress socket, String database, Map<String, String> more) throws SQLException {
        return connect(socket, database, more, TIMEOUT);
    }

    /** @param timeout of each answer until it is logged in, rounded up to a second */
    static Connection connect(UnixSocketAddress socket, String database, Map<String, String> more, Duration timeout)
            throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", Cluster.SUPERUSER);
        properties.putAll(more);
        properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
        properties.setProperty("socketFactoryArg", socket.address().getPath().toString());
        properties.setProperty("sslmode", "disable");
        properties.setProperty("gssEncMode", "disable");
        properties.setProperty("assumeMinServerVersion", "16");
        properties.setProperty("ApplicationName", "lakebase-local");
        properties.setProperty(
                "socketTimeout", Long.toString(timeout.plusNanos(999_999_999).toSeconds()));
        String url = "jdbc:postgresql://localhost/" + URLEncoder.encode(database, StandardCharsets.UTF_8);
        Connection connection = new Driver().connect(url, properties);
        if (connection == null) {
            throw new SQLException("pgjdbc does not accept " + url);
        }
        try {
            connection.setNetworkTimeout(Runnable::run, 0);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }
}
