package dev.lakebase.jdbc.plugin;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.InvalidArgumentException;
import dev.lakebase.jdbc.LakebaseEnvironment;
import dev.lakebase.jdbc.login.ConnectionTarget;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * What pgjdbc's properties say, read strictly: whatever could send a token to a server that has not proved its identity, or
 * as somebody else, is refused.
 *
 * @param target where pgjdbc is logging in, as it says
 * @param timeout how long the token may be waited for
 */
record PluginSettings(ConnectionTarget target, EndpointName endpoint, PluginIdentity identity, Duration timeout) {
    static final String ENDPOINT = "lakebaseEndpoint";
    static final String PROFILE = "databricksProfile";
    static final String CONFIG_FILE = "databricksConfigFile";

    private static final Set<String> OURS = Set.of(ENDPOINT, PROFILE, CONFIG_FILE);

    /**
     * The server is waiting for the password meanwhile, and gives up after its authentication time-out: 60 s in PostgreSQL. A
     * mint takes well under a second; whoever needs ten is not answering.
     */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    /** Those of pgjdbc's own that verify certificates; the host name is verified after each of them. */
    private static final Set<String> VERIFYING_FACTORIES = Set.of(
            "",
            "org.postgresql.ssl.LibPQFactory",
            "org.postgresql.ssl.DefaultJavaSSLFactory",
            "org.postgresql.ssl.SingleCertValidatingFactory");

    /** @throws IllegalArgumentException naming the property, and what to write instead */
    static PluginSettings read(Properties properties, Map<String, String> environment) {
        checkNames(properties);
        checkTls(properties);
        EndpointName endpoint = endpoint(properties, environment);
        return new PluginSettings(
                target(properties, endpoint),
                endpoint,
                PluginIdentity.of(text(properties, PROFILE), text(properties, CONFIG_FILE), environment),
                timeout(properties));
    }

    private static void checkNames(Properties properties) {
        for (String name : properties.stringPropertyNames()) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (OURS.contains(name) || !(lower.startsWith("lakebase") || lower.startsWith("databricks"))) {
                continue;
            }
            boolean secret = lower.contains("token") || lower.contains("secret") || lower.contains("password");
            throw new IllegalArgumentException(name + " is not a property of LakebaseAuthenticationPlugin"
                    + (secret ? ", because secrets do not belong into a URL or a driver property" : "")
                    + ". It knows lakebaseEndpoint, databricksProfile and databricksConfigFile (exactly so); all else comes"
                    + " from the environment variables DATABRICKS_… or from the profile.");
        }
    }

    private static void checkTls(Properties properties) {
        String mode = PGProperty.SSL_MODE.getOrDefault(properties);
        if (!"verify-full".equals(mode)) {
            throw new IllegalArgumentException("sslmode is " + (mode == null ? "not set" : "'" + mode + "'")
                    + ", expected verify-full: a token goes only to a server that has proved its identity. Add"
                    + " sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory to the URL (the JVM's trust"
                    + " store), or sslmode=verify-full&sslrootcert=FILE.");
        }
        String factory = PGProperty.SSL_FACTORY.getOrDefault(properties);
        if (factory != null && !VERIFYING_FACTORIES.contains(factory)) {
            throw new IllegalArgumentException(
                    "sslfactory is '" + factory + "', which is not known to verify certificates."
                            + " Use org.postgresql.ssl.DefaultJavaSSLFactory (the JVM's trust store), or sslrootcert=FILE without"
                            + " sslfactory.");
        }
        String verifier = PGProperty.SSL_HOSTNAME_VERIFIER.getOrDefault(properties);
        if (verifier != null && !verifier.isEmpty()) {
            throw new IllegalArgumentException("sslhostnameverifier can't be combined with"
                    + " LakebaseAuthenticationPlugin: it decides which server gets the token. Leave it out.");
        }
        String gss = PGProperty.GSS_ENC_MODE.getOrDefault(properties);
        if ("prefer".equals(gss) || "require".equals(gss)) {
            throw new IllegalArgumentException(
                    "gssEncMode is '" + gss + "', which would replace TLS. Use gssEncMode=disable, or leave it out.");
        }
    }

    private static EndpointName endpoint(Properties properties, Map<String, String> environment) {
        String expected = "projects/{project}/branches/{branch}/endpoints/{endpoint}";
        String text = text(properties, ENDPOINT);
        if (text == null) {
            EndpointName inherited = LakebaseEnvironment.of(environment).endpoint();
            if (inherited == null) {
                throw new IllegalArgumentException("No endpoint is named, and a token is minted for an endpoint. Add "
                        + ENDPOINT + "=" + expected
                        + " to the URL, or set the environment variable LAKEBASE_ENDPOINT.");
            }
            return inherited;
        }
        try {
            return EndpointName.parse(text);
        } catch (InvalidArgumentException e) {
            throw new IllegalArgumentException(ENDPOINT + " is '" + text + "', expected " + expected + ".", e);
        }
    }

    private static ConnectionTarget target(Properties properties, EndpointName endpoint) {
        String host = String.valueOf(PGProperty.PG_HOST.getOrDefault(properties));
        String port = String.valueOf(PGProperty.PG_PORT.getOrDefault(properties));
        if (host.contains(",")) {
            throw new IllegalArgumentException(
                    "The URL names several hosts, " + host + ". Name one: a token belongs to one endpoint.");
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new ConnectionTarget(
                host,
                Integer.parseInt(port),
                String.valueOf(PGProperty.PG_DBNAME.getOrDefault(properties)),
                user(properties),
                endpoint);
    }

    private static String user(Properties properties) {
        String user = PGProperty.USER.getOrDefault(properties);
        // pgjdbc puts the operating system's account in place of a missing user
        if (user == null || user.isBlank() || user.equals(System.getProperty("user.name"))) {
            throw new IllegalArgumentException(
                    "No user is named. Add user=…, the Postgres role that the token belongs to (your"
                            + " e-mail address, %40 for @ in a URL, or a service principal's client id); without it pgjdbc sends the"
                            + " operating system's account name.");
        }
        return user;
    }

    private static Duration timeout(Properties properties) {
        String text = PGProperty.LOGIN_TIMEOUT.getOrDefault(properties);
        try {
            double seconds = text == null ? 0 : Double.parseDouble(text);
            if (seconds > 0 && seconds < LONGEST_WAIT.toSeconds()) {
                return Duration.ofMillis((long) Math.ceil(seconds * 1000));
            }
        } catch (NumberFormatException e) {
            // pgjdbc ignores it, with a warning
        }
        return LONGEST_WAIT;
    }

    private static @Nullable String text(Properties properties, String name) {
        String text = properties.getProperty(name);
        if (text != null && text.isBlank()) {
            throw new IllegalArgumentException(name + " is blank. Give it a value, or leave it out.");
        }
        return text;
    }
}
