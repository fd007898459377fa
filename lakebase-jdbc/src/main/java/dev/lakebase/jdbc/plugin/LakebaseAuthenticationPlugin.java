package dev.lakebase.jdbc.plugin;

import dev.lakebase.client.LakebaseException;
import dev.lakebase.jdbc.login.ConnectionGuard;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.postgresql.plugin.AuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * Lets pgjdbc log in to Lakebase with tokens where only a JDBC URL can be given: Flyway's and Liquibase's command lines,
 * DBeaver, IntelliJ, Spark. Applications are better served by {@link dev.lakebase.jdbc.LakebaseDataSource}, which wakes a
 * sleeping compute, retries, and replaces a token that was turned down; nothing of that is possible from here.
 *
 * <pre>{@code
 * jdbc:postgresql://ep-….database.….cloud.databricks.com/databricks_postgres?user=me%40example.com
 *   &sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory
 *   &authenticationPluginClassName=dev.lakebase.jdbc.plugin.LakebaseAuthenticationPlugin
 *   &lakebaseEndpoint=projects/shop/branches/production/endpoints/primary
 * }</pre>
 *
 * <p>In the URL, or as driver properties:
 * <ul>
 *   <li>{@code user}: required, the Postgres role that the token belongs to. pgjdbc puts the operating system's account in
 *       place of a missing one, so a role of that very name can't be used.
 *   <li>{@code sslmode=verify-full}: required. With {@code sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory} the JVM's
 *       trust store counts, with {@code sslrootcert} a PEM file.
 *   <li>{@code lakebaseEndpoint}: default {@code LAKEBASE_ENDPOINT} of the environment.
 *   <li>{@code databricksProfile}: a profile of the Databricks configuration file, which says workspace and identity. Default:
 *       the environment's {@code DATABRICKS_*}, as in {@link dev.lakebase.client.LakebaseClient#create()}.
 *   <li>{@code databricksConfigFile}: default {@code DATABRICKS_CONFIG_FILE}, or {@code ~/.databrickscfg}. Without a profile,
 *       its profile {@code DEFAULT} is meant. Neither can be combined with an environment that says who asks as well, by
 *       {@code DATABRICKS_HOST}, {@code DATABRICKS_TOKEN}, a client id, a user name or {@code DATABRICKS_AUTH_TYPE}.
 * </ul>
 * Secrets are never taken from a URL or a driver property. An unknown property whose name begins with {@code lakebase} or
 * {@code databricks} is an error.
 *
 * <p>Before a token is minted, the URL is checked, every {@link ConnectionGuard} found is asked, and pooler hosts are refused;
 * before it is sent, the host is checked against the endpoint, as far as the platform can be asked. A server that asks for
 * anything but a cleartext password gets nothing.
 *
 * <p>pgjdbc makes one instance per connection, when the server has asked for the password, and the server waits meanwhile. So
 * tokens are shared: one per endpoint and identity in this JVM, renewed in the background when a connection is made late in
 * its life, and never while nobody connects. A connection waits for the first mint, or for one after a long idle time, at most
 * 10 s, or {@code loginTimeout} if that is shorter.
 *
 * <p>Class loaders: pgjdbc looks for this class with its own class loader, then with the thread's context class loader (its
 * property {@code classLoaderStrategy}). So put this library beside the driver; each class loader that loads it has a cache of
 * its own. Guards are looked for with both, too.
 *
 * <p>Errors are {@link PSQLException}s, with SQLState {@code 22023} for a setting (the message names it), {@code 28000} if the
 * platform refuses to mint, {@code 08004} for another kind of password request, {@code 08003} if interrupted, {@code 08001}
 * for all else.
 */
public final class LakebaseAuthenticationPlugin implements AuthenticationPlugin {
    private final Properties properties;
    private final Map<String, String> environment;
    private final PluginTokens tokens;

    /** Called by pgjdbc, with the properties of one connection. Checks and sends nothing. */
    public LakebaseAuthenticationPlugin(Properties properties) {
        this(properties, System.getenv(), PluginTokens.SHARED);
    }

    LakebaseAuthenticationPlugin(Properties properties, Map<String, String> environment, PluginTokens tokens) {
        this.properties = properties;
        this.environment = environment;
        this.tokens = tokens;
    }

    /**
     * The token. Blocks until it is there, as the class says.
     *
     * @throws PSQLException if it is not to be had, or must not be sent
     */
    @Override
    public char[] getPassword(AuthenticationRequestType type) throws PSQLException {
        if (type != AuthenticationRequestType.CLEARTEXT_PASSWORD) {
            throw new PSQLException(
                    "The server asks for a password by " + type
                            + ", but Lakebase takes tokens as cleartext inside TLS only."
                            + " Nothing was sent. Check that the host is the endpoint's own, and not a pooler's.",
                    PSQLState.CONNECTION_REJECTED);
        }
        try {
            return tokens.issue(PluginSettings.read(properties, environment))
                    .token()
                    .toCharArray();
        } catch (IllegalArgumentException | LakebaseException e) {
            throw new PSQLException(String.valueOf(e.getMessage()), PSQLState.INVALID_PARAMETER_VALUE, e);
        } catch (SQLException e) {
            throw new PSQLException(String.valueOf(e.getMessage()), state(e.getSQLState()), e);
        }
    }

    private static PSQLState state(String sqlState) {
        for (PSQLState known : PSQLState.values()) {
            if (known.getState().equals(sqlState)) {
                return known;
            }
        }
        return PSQLState.CONNECTION_UNABLE_TO_CONNECT;
    }

    /** The class; the properties may hold a password. */
    @Override
    public String toString() {
        return "LakebaseAuthenticationPlugin";
    }
}
