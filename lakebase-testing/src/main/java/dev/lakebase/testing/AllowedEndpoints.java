package dev.lakebase.testing;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.InvalidArgumentException;
import dev.lakebase.jdbc.login.ConnectionTarget;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * What the user named although the run did not make it.
 *
 * @param names endpoints in full, and {@code host:port} in lower case
 */
record AllowedEndpoints(Set<String> names) {
    AllowedEndpoints {
        names = Set.copyOf(names);
    }

    /** @throws IllegalArgumentException if a part is neither an endpoint nor a host with its port */
    static AllowedEndpoints parse(String list) {
        Set<String> names = new HashSet<>();
        for (String part : list.split(",", -1)) {
            String name = part.strip();
            if (!name.isEmpty()) {
                names.add(name.contains("/") ? endpoint(name) : hostAndPort(name));
            }
        }
        return new AllowedEndpoints(names);
    }

    private static String endpoint(String name) {
        try {
            return EndpointName.parse(name).toString();
        } catch (InvalidArgumentException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static String hostAndPort(String name) {
        int colon = name.lastIndexOf(':');
        if (colon < 1
                || !name.substring(colon + 1).matches("[0-9]{1,5}")
                || !ConnectionTarget.isHost(name.substring(0, colon))) {
            throw new IllegalArgumentException("\"" + name
                    + "\" is neither projects/{project}/branches/{branch}/endpoints/{endpoint} nor {host}:{port}.");
        }
        return name.toLowerCase(Locale.ROOT);
    }

    /** As the user would have to name it. An endpoint is not reached by its host alone: a token goes with it. */
    static String name(ConnectionTarget target) {
        return target.endpoint() == null
                ? (target.host() + ":" + target.port()).toLowerCase(Locale.ROOT)
                : target.endpoint().toString();
    }

    boolean contains(ConnectionTarget target) {
        return names.contains(name(target));
    }
}
