package dev.lakebase.jdbc.login;

import dev.lakebase.client.CredentialTarget;
import dev.lakebase.client.EndpointName;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A host and port, and the endpoint they are said to belong to. {@code lookedUp}: the platform itself said so. */
record Place(String host, int port, @Nullable CredentialTarget endpoint, boolean lookedUp) {
    /** True for the name of a connection pooler: the first label of the host ends in "-pooler". */
    static boolean isPooler(String host) {
        int dot = host.indexOf('.');
        String label = dot < 0 ? host : host.substring(0, dot);
        return label.toLowerCase(Locale.ROOT).endsWith("-pooler");
    }

    /** True if a login there reaches the endpoint itself. Its pooler may have the same host at another port. */
    boolean belongsTo(Compute known) {
        return known.port() == port
                && known.hosts().stream().anyMatch(host::equalsIgnoreCase)
                && (host.equalsIgnoreCase(known.host())
                        || known.poolerHosts().stream().noneMatch(host::equalsIgnoreCase));
    }

    /** Null for an instance of the Provisioned tier too. */
    @Nullable
    EndpointName endpointName() {
        return endpoint instanceof EndpointName name ? name : null;
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
