package dev.lakebase.jdbc.login;

import dev.lakebase.client.EndpointName;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a login goes, and as whom.
 *
 * @param host the compute's host, never a pooler's when a token is the password
 * @param port its port, 5432 on the platform
 * @param database the Postgres name of the database
 * @param user the Postgres role
 * @param endpoint the endpoint that the host belongs to; null for a native password login by host, and
 *     for an instance of the Provisioned tier
 */
public record ConnectionTarget(
        String host,
        int port,
        String database,
        String user,
        @Nullable EndpointName endpoint) {
    // an IPv6 address has two colons at least; "db:5432" is not one
    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*");

    /**
     * Takes nothing but a host for a host: pgjdbc is told it in a URL, where more could switch TLS off.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public ConnectionTarget {
        checkHost(host);
    }

    /** True for one host name or address, without scheme, port or path. */
    public static boolean isHost(String text) {
        return HOST.matcher(text).matches();
    }

    /** True for the name of a connection pooler, which takes no tokens: the first label of the host ends in "-pooler". */
    public static boolean isPooler(String host) {
        return Place.isPooler(host);
    }

    static void checkHost(String host) {
        if (!isHost(host)) {
            throw new IllegalArgumentException(
                    "host is '" + host + "', expected one host name or address, without scheme, port or path");
        }
    }

    /** For people: who, where, and which endpoint. */
    @Override
    public String toString() {
        String named = endpoint == null ? "no endpoint named" : "endpoint " + endpoint;
        return "user '" + user + "' on " + host + ":" + port + ", database '" + database + "', " + named;
    }
}
