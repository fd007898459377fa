package dev.lakebase.testing;

import dev.lakebase.client.BranchName;
import dev.lakebase.client.Endpoint;
import dev.lakebase.client.EndpointName;
import dev.lakebase.jdbc.login.ConnectionTarget;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Where the branches are that this JVM's test runs have made. Static, as the guard has to know all runs. */
final class RunEndpoints {
    private static final Map<BranchName, OpenBranch> OPEN = new ConcurrentHashMap<>();

    private RunEndpoints() {}

    static void add(OpenBranch branch) {
        OPEN.put(branch.name(), branch);
    }

    static void remove(BranchName branch) {
        OPEN.remove(branch);
    }

    static boolean isOpen(BranchName branch) {
        return OPEN.containsKey(branch);
    }

    /** True for a host that an endpoint of such a branch has; the name alone may belong to another workspace. */
    static boolean contains(ConnectionTarget target) {
        EndpointName named = target.endpoint();
        if (named == null) {
            return at(target.host(), target.port()).isPresent();
        }
        OpenBranch branch = OPEN.get(named.branchName());
        return branch != null && isAt(branch.endpoint(), target.host(), target.port());
    }

    static Optional<OpenBranch> at(String host, int port) {
        return OPEN.values().stream()
                .filter(branch -> isAt(branch.endpoint(), host, port))
                .findAny();
    }

    private static boolean isAt(Endpoint endpoint, String host, int port) {
        return host.equalsIgnoreCase(endpoint.host()) && port == endpoint.port();
    }
}
