package dev.lakebase.jdbc.login;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** One attempt of pgjdbc, on the calling thread: its properties, its time-outs, and nothing of the password kept. */
final class PgLogin {
    /** A TCP connect that takes longer met a host that drops packets; the next try may not. */
    static final int CONNECT_SECONDS = 5;

    /** The platform's oldest. Told, the driver sends the application's name with the login, not in a statement after it. */
    private static final String SERVER_VERSION = "16";

    private static final Driver DRIVER = new Driver();

    private final Properties extra;
    private final @Nullable Path sslRootCert;
    private final int socketTimeoutSeconds;

    /** @param extra the user's own pgjdbc properties, already checked by {@link DriverProperties} */
    PgLogin(Properties extra, @Nullable Path sslRootCert) {
        this.extra = extra;
        this.sslRootCert = sslRootCert;
        this.socketTimeoutSeconds = DriverProperties.seconds(extra, PGProperty.SOCKET_TIMEOUT, 0);
    }

    /**
     * Connects, blocking until it is done, has failed, or {@code sockets} are cut. The caller cuts them at its deadline;
     * {@code remaining} only sets the driver's own time-outs, which are whole seconds, as a second line.
     */
    Connection connect(ConnectionTarget target, String password, Duration remaining, LoginSocketFactory.Sockets sockets)
            throws SQLException {
        Properties properties = properties(target, password, remaining);
        Connection connection;
        sockets.attach();
        try {
            connection = DRIVER.connect(url(target), properties);
        } finally {
            sockets.close();
            properties.clear();
        }
        if (connection == null) {
            throw new SQLException("pgjdbc did not take the URL " + url(target), LoginErrors.UNABLE_TO_CONNECT);
        }
        try {
            connection.setNetworkTimeout(Runnable::run, (int) TimeUnit.SECONDS.toMillis(socketTimeoutSeconds));
            return connection;
        } catch (SQLException e) {
            LakebaseConnector.discard(connection);
            throw e;
        }
    }

    private Properties properties(ConnectionTarget target, String password, Duration remaining) {
        var properties = new Properties();
        PGProperty.SOCKET_FACTORY.set(properties, LoginSocketFactory.class.getName());
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, SERVER_VERSION);
        extra.stringPropertyNames().forEach(name -> properties.setProperty(name, extra.getProperty(name)));
        PGProperty.USER.set(properties, target.user());
        PGProperty.PASSWORD.set(properties, password);
        PGProperty.SSL_MODE.set(properties, "verify-full");
        // GSS encryption would replace TLS, and asking for it costs a round trip
        PGProperty.GSS_ENC_MODE.set(properties, "disable");
        if (sslRootCert == null) {
            // plain verify-full looks for ~/.postgresql/root.crt; the platform's certificates are public
            PGProperty.SSL_FACTORY.set(properties, "org.postgresql.ssl.DefaultJavaSSLFactory");
        } else {
            PGProperty.SSL_FACTORY.set(properties, "org.postgresql.ssl.LibPQFactory");
            PGProperty.SSL_ROOT_CERT.set(properties, sslRootCert.toString());
        }
        int seconds = (int) Math.min(Integer.MAX_VALUE / 1000, remaining.toSeconds() + 1);
        int connect = DriverProperties.seconds(extra, PGProperty.CONNECT_TIMEOUT, CONNECT_SECONDS);
        PGProperty.CONNECT_TIMEOUT.set(properties, connect == 0 ? seconds : Math.min(seconds, connect));
        PGProperty.SOCKET_TIMEOUT.set(properties, seconds);
        return properties;
    }

    private static String url(ConnectionTarget target) {
        String host = target.host().indexOf(':') >= 0 ? "[" + target.host() + "]" : target.host();
        return "jdbc:postgresql://" + host + ":" + target.port() + "/"
                + URLEncoder.encode(target.database(), StandardCharsets.UTF_8);
    }
}
