package dev.lakebase.jdbc.plugin;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.UnauthenticatedException;
import dev.lakebase.client.credential.DatabaseCredential;
import dev.lakebase.jdbc.login.ConnectionGuard;
import dev.lakebase.jdbc.login.TokenIssuer;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What outlives the plugin's instances, of which pgjdbc makes one per connection: a client per identity, with a credential
 * cache per endpoint. As many as there are different URLs in use, and each idle one holds no thread.
 */
final class PluginTokens {
    /** For the whole JVM, or rather for each class loader that holds this library. */
    static final PluginTokens SHARED = new PluginTokens();

    private final ConcurrentMap<PluginIdentity, Caller> callers = new ConcurrentHashMap<>();

    private record Caller(LakebaseClient client, ConcurrentMap<EndpointName, TokenIssuer> issuers) {}

    DatabaseCredential issue(PluginSettings settings) throws SQLException {
        PluginIdentity identity = settings.identity();
        Caller caller =
                callers.computeIfAbsent(identity, known -> new Caller(known.client(), new ConcurrentHashMap<>()));
        TokenIssuer issuer = caller.issuers()
                .computeIfAbsent(
                        settings.endpoint(),
                        endpoint -> new TokenIssuer(caller.client(), endpoint, ConnectionGuard.installed()));
        try {
            return issuer.issue(settings.target(), settings.timeout());
        } catch (SQLException e) {
            if (e.getCause() instanceof UnauthenticatedException) {
                // whoever signs in anew and tries again should not meet what the profile said before
                callers.remove(identity, caller);
            }
            throw e;
        }
    }
}
