package dev.lakebase.jdbc.login;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * Which pgjdbc properties a user may set, and which ones would undo what this library promises. Not an API: it changes with any
 * release.
 */
public final class DriverProperties {
    private static final String TLS =
            "TLS is always verify-full here; for a private certificate authority set sslRootCert or PGSSLROOTCERT";
    private static final String TARGET = "set endpoint, branch, or host and port instead";

    private static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("user", "set user instead"),
            Map.entry("password", "tokens are minted; for a native login set the builder's password instead"),
            Map.entry("pghost", TARGET),
            Map.entry("pgport", TARGET),
            Map.entry("pgdbname", "set database instead"),
            Map.entry("service", TARGET),
            Map.entry("ssl", TLS),
            Map.entry("sslmode", TLS),
            Map.entry("sslfactory", TLS),
            Map.entry("sslfactoryarg", TLS),
            Map.entry("sslhostnameverifier", TLS),
            Map.entry("sslrootcert", TLS),
            Map.entry("gssencmode", TLS),
            Map.entry("logintimeout", "set wakeBudget (one login) and connectionTimeout (one borrow) instead"),
            Map.entry("connectexecutor", "logins run on this library's own daemon threads"),
            Map.entry("connectexecutorarg", "logins run on this library's own daemon threads"),
            Map.entry("replication", "a replication connection runs no queries; make it by pgjdbc itself"),
            Map.entry("authenticationpluginclassname", "the password is this library's business"));

    private static final Set<String> KNOWN = known();

    private DriverProperties() {}

    /** Why {@code name} may not be set, or null if it may. */
    public static @Nullable String refusal(String name) {
        String reason = REFUSED.get(name.toLowerCase(Locale.ROOT));
        if (reason != null) {
            return reason;
        }
        return KNOWN.contains(name) ? null : "pgjdbc has no such property (names are case-sensitive)";
    }

    /**
     * A whole number of seconds.
     *
     * @throws IllegalArgumentException if it is set to something else
     */
    static int seconds(Properties properties, PGProperty property, int otherwise) {
        String text = properties.getProperty(property.getName());
        if (text == null) {
            return otherwise;
        }
        try {
            int seconds = Integer.parseInt(text.strip());
            if (seconds >= 0 && seconds <= Integer.MAX_VALUE / 1000) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            // said below, for both cases
        }
        throw new IllegalArgumentException(
                "pgjdbc property " + property.getName() + " is '" + text + "', expected whole seconds, 0 for no limit");
    }

    private static Set<String> known() {
        var names = new HashSet<String>();
        Arrays.stream(PGProperty.values()).map(PGProperty::getName).forEach(names::add);
        return Set.copyOf(names);
    }
}
