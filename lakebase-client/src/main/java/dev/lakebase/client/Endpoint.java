package dev.lakebase.client;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint as it was when it was read: the compute that serves a branch, and where to connect to it.
 *
 * @param name its resource name
 * @param uid its identity ({@code ep-…}), part of its host name
 * @param type read-write or read-only
 * @param state the state of its compute
 * @param stateText the state's text on the wire, also where {@code state} is {@link EndpointState#UNRECOGNIZED}; empty if
 *     the platform sent none
 * @param pendingStateText the state that it is on its way to, if it is
 * @param host the host to connect to, or null while it has none
 * @param port the port to connect to: 5432, unless the platform's answer carries another
 * @param hosts all host names of the endpoint, pooled ones included, without ports
 * @param poolerHosts the host names among them that lead to the connection pooler, which takes no tokens
 * @param disabled whether connecting wakes nothing because it is switched off
 * @param suspendTimeout after how much idle time the compute is suspended, if the platform said so
 * @param minCu the smallest size of its compute in compute units, or -1 if the platform sent none
 * @param maxCu the largest size of its compute in compute units, or -1 if the platform sent none
 * @param createdAt when it was created
 * @param lastActiveAt when its compute last worked, if the platform said so
 * @param json the platform's whole answer, for fields that have no accessor here
 */
public record Endpoint(
        EndpointName name,
        String uid,
        EndpointType type,
        EndpointState state,
        String stateText,
        @Nullable String pendingStateText,
        @Nullable String host,
        int port,
        List<String> hosts,
        List<String> poolerHosts,
        boolean disabled,
        @Nullable Duration suspendTimeout,
        double minCu,
        double maxCu,
        @Nullable Instant createdAt,
        @Nullable Instant lastActiveAt,
        String json) {

    /** PostgreSQL's port, which the platform's endpoints listen on. */
    public static final int DEFAULT_PORT = 5432;

    public Endpoint {
        hosts = List.copyOf(hosts);
        poolerHosts = List.copyOf(poolerHosts);
    }

    /**
     * Whether a connection attempt makes sense now: running, or suspended and so woken by the attempt. Never wait for
     * ACTIVE alone; a suspended compute stays IDLE until somebody connects.
     */
    public boolean isConnectable() {
        return (state == EndpointState.ACTIVE || state == EndpointState.IDLE)
                && pendingStateText == null
                && !disabled
                && host != null;
    }
}
