package dev.lakebase.testing;

import dev.lakebase.client.LakebaseException;
import java.time.Duration;
import java.util.Properties;
import org.postgresql.PGProperty;
import org.postgresql.plugin.AuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/** pgjdbc's way to a token for a branch of this run: named by the URL that {@link JdbcUrl} gives, not for other uses. */
public final class RunLogin implements AuthenticationPlugin {
    /** The platform's credential service answers within a second; this runs inside the server's authentication time-out. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String host;
    private final int port;

    /**
     * Called by pgjdbc.
     *
     * @param properties of the connection
     */
    public RunLogin(Properties properties) {
        this.host = String.valueOf(PGProperty.PG_HOST.getOrDefault(properties));
        String text = PGProperty.PG_PORT.getOrDefault(properties);
        this.port = text == null ? 5432 : Integer.parseInt(text);
    }

    @Override
    public char[] getPassword(AuthenticationRequestType type) throws PSQLException {
        OpenBranch branch = RunEndpoints.at(host, port)
                .orElseThrow(() -> new PSQLException(
                        "No branch of a test run in this JVM is at " + host + ":" + port
                                + "; the branch of this URL has been deleted, or belongs to another JVM.",
                        PSQLState.INVALID_AUTHORIZATION_SPECIFICATION));
        try {
            return branch.client()
                    .credentials(branch.endpoint().name())
                    .get(PATIENCE)
                    .token()
                    .toCharArray();
        } catch (LakebaseException e) {
            throw new PSQLException(
                    "No token for " + branch.name() + ": " + e.getMessage(),
                    PSQLState.INVALID_AUTHORIZATION_SPECIFICATION,
                    e);
        }
    }
}
