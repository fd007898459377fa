package dev.lakebase.jdbc;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.InvalidArgumentException;
import dev.lakebase.jdbc.login.ConnectionTarget;
import dev.lakebase.jdbc.login.ConnectorBuilder;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables that say where to connect and as whom: {@code LAKEBASE_ENDPOINT}, {@code PGHOST}, {@code PGPORT},
 * {@code PGDATABASE}, {@code PGUSER}, {@code PGPASSWORD}, {@code PGSSLMODE}, {@code PGSSLROOTCERT}, {@code PGAPPNAME} and
 * {@code DATABRICKS_CLIENT_ID}. Databricks Apps sets most of them.
 *
 * <p>Reading is strict: a value is taken whole or refused with an {@link InvalidSettingException} that names the variable,
 * what was read (except of secrets) and what was expected. A variable that is set but blank is refused too, because it is
 * nearly always a substitution that went wrong; only {@code PGSSLMODE} may be empty. Immutable.
 */
public final class LakebaseEnvironment {
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,9}");
    private static final Set<String> TLS_VERIFIED = Set.of("require", "verify-ca", "verify-full");
    private static final Set<String> TLS_WEAK = Set.of("prefer", "allow", "disable");

    private final Map<String, String> variables;

    private LakebaseEnvironment(Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
    }

    /** The environment of this process. */
    public static LakebaseEnvironment system() {
        return new LakebaseEnvironment(System.getenv());
    }

    /** These variables, in place of the process's. */
    public static LakebaseEnvironment of(Map<String, String> variables) {
        return new LakebaseEnvironment(variables);
    }

    /** {@code LAKEBASE_ENDPOINT}, or null. */
    public @Nullable EndpointName endpoint() {
        String text = text("LAKEBASE_ENDPOINT", "projects/{project}/branches/{branch}/endpoints/{endpoint}");
        try {
            return text == null ? null : EndpointName.parse(text);
        } catch (InvalidArgumentException e) {
            throw new InvalidSettingException(
                    "LAKEBASE_ENDPOINT",
                    message("LAKEBASE_ENDPOINT", text, "projects/{project}/branches/{branch}/endpoints/{endpoint}"),
                    e);
        }
    }

    /** {@code PGHOST}, or null. */
    public @Nullable String host() {
        String expected = "one host name or address, without scheme, port or path";
        String text = text("PGHOST", expected);
        if (text != null && !ConnectionTarget.isHost(text)) {
            throw new InvalidSettingException("PGHOST", message("PGHOST", text, expected));
        }
        return text;
    }

    /** {@code PGPORT}, or 5432. */
    public int port() {
        String expected = "a whole number from 1 to 65535";
        String text = text("PGPORT", expected);
        if (text == null) {
            return ConnectorBuilder.DEFAULT_PORT;
        }
        int port = DIGITS.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (!isPort(port)) {
            throw new InvalidSettingException("PGPORT", message("PGPORT", text, expected));
        }
        return port;
    }

    /** {@code PGDATABASE}, or null. */
    public @Nullable String database() {
        return text("PGDATABASE", "the Postgres name of a database");
    }

    /** {@code PGUSER}, or null. */
    public @Nullable String user() {
        return text("PGUSER", "a Postgres role: an e-mail address, a client id, or a group");
    }

    /** {@code DATABRICKS_CLIENT_ID}, which is also the Postgres role of a service principal, or null. */
    public @Nullable String clientId() {
        return text("DATABRICKS_CLIENT_ID", "the client id of a service principal");
    }

    /** {@code PGAPPNAME}, or null. */
    public @Nullable String applicationName() {
        return text("PGAPPNAME", "a name");
    }

    /** {@code PGSSLROOTCERT}, or null to trust what the JVM trusts, which {@code system} says explicitly. */
    public @Nullable Path sslRootCert() {
        String expected = "a readable PEM file, or 'system' for the JVM's trust store";
        String text = text("PGSSLROOTCERT", expected);
        if (text == null || text.equals("system")) {
            return null;
        }
        try {
            Path file = Path.of(text);
            if (Files.isReadable(file) && !Files.isDirectory(file)) {
                return file;
            }
        } catch (InvalidPathException e) {
            // said below, for both cases
        }
        throw new InvalidSettingException("PGSSLROOTCERT", message("PGSSLROOTCERT", text, expected));
    }

    /**
     * Refuses a {@code PGSSLMODE} that would weaken TLS. {@code require} (which Databricks Apps injects), {@code verify-ca},
     * {@code verify-full}, empty and unset all mean verify-full here.
     */
    public void checkSslMode() {
        String mode = variables.get("PGSSLMODE");
        if (mode == null || mode.isEmpty() || TLS_VERIFIED.contains(mode)) {
            return;
        }
        String why = TLS_WEAK.contains(mode)
                ? ". It would let the password or token go to a server that did not prove its identity"
                : "";
        throw new InvalidSettingException(
                "PGSSLMODE",
                message("PGSSLMODE", mode, "require or verify-full, which both mean verify-full here, or unset" + why));
    }

    @Nullable
    String password() {
        String password = variables.get("PGPASSWORD");
        if (password != null && password.isEmpty()) {
            throw new InvalidSettingException(
                    "PGPASSWORD", "The environment variable PGPASSWORD is empty, expected a password, or unset.");
        }
        return password;
    }

    Map<String, String> variables() {
        return variables;
    }

    static boolean isPort(int port) {
        return port >= 1 && port <= 65535;
    }

    private @Nullable String text(String variable, String expected) {
        String text = variables.get(variable);
        if (text != null && (text.isBlank() || !text.equals(text.strip()))) {
            throw new InvalidSettingException(variable, message(variable, text, expected + ", or unset"));
        }
        return text;
    }

    private static String message(String variable, @Nullable String text, String expected) {
        return "The environment variable " + variable + " is '" + text + "', expected " + expected + ".";
    }

    /** The names of the variables that are set; no values. */
    @Override
    public String toString() {
        return "LakebaseEnvironment"
                + variables.keySet().stream()
                        .filter(LakebaseEnvironment::ours)
                        .sorted()
                        .toList();
    }

    private static boolean ours(String variable) {
        return variable.startsWith("PG") || variable.startsWith("LAKEBASE_") || variable.startsWith("DATABRICKS_");
    }
}
