package dev.lakebase.jdbc.login;

import dev.lakebase.client.CredentialTarget;
import dev.lakebase.client.Endpoint;
import dev.lakebase.client.Instance;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a login needs to know of an endpoint, or of an instance of the Provisioned tier. {@code off}: nothing wakes it. */
record Compute(
        CredentialTarget name,
        @Nullable String host,
        int port,
        List<String> hosts,
        List<String> poolerHosts,
        boolean off,
        String stateText) {

    static Compute of(Endpoint endpoint) {
        return new Compute(
                endpoint.name(),
                endpoint.host(),
                endpoint.port(),
                endpoint.hosts(),
                endpoint.poolerHosts(),
                endpoint.disabled(),
                endpoint.stateText());
    }

    static Compute of(Instance instance) {
        List<String> hosts = Stream.of(instance.host(), instance.readOnlyHost())
                .filter(Objects::nonNull)
                .toList();
        return new Compute(
                instance.name(),
                instance.host(),
                instance.port(),
                hosts,
                List.of(),
                instance.stopped(),
                instance.stateText());
    }
}
