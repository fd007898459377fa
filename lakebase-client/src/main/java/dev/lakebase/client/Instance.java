package dev.lakebase.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A database instance of the Provisioned tier as it was when it was read.
 *
 * @param name its name
 * @param uid its identity
 * @param state its state
 * @param stateText the state's text on the wire, also where {@code state} is {@link InstanceState#UNRECOGNIZED}; empty if
 *     the platform sent none
 * @param host the host to connect to, or null while it has none
 * @param port the port to connect to: 5432, unless the platform's answer carries another
 * @param readOnlyHost the host of its readable secondaries, if it has any
 * @param stopped whether it is, or is to be, stopped
 * @param capacity its size, such as {@code CU_1}; empty if the platform sent none
 * @param pgVersion PostgreSQL's version as the platform writes it; empty if it sent none
 * @param parent the instance that it is a copy of, or null if it is none
 * @param children the names of the instances that are copies of it
 * @param createdAt when it was created, if the platform said so
 * @param json the platform's whole answer, for fields that have no accessor here
 */
public record Instance(
        InstanceName name,
        String uid,
        InstanceState state,
        String stateText,
        @Nullable String host,
        int port,
        @Nullable String readOnlyHost,
        boolean stopped,
        String capacity,
        String pgVersion,
        @Nullable InstanceName parent,
        List<InstanceName> children,
        @Nullable Instant createdAt,
        String json) {
    public Instance {
        children = List.copyOf(children);
    }

    /** Whether a connection attempt makes sense now: it runs, or is about to, and nobody has stopped it. */
    public boolean isConnectable() {
        return host != null && !stopped && state != InstanceState.STOPPED && state != InstanceState.DELETING;
    }
}
