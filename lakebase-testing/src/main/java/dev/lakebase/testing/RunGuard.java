package dev.lakebase.testing;

import dev.lakebase.client.EndpointName;
import dev.lakebase.jdbc.login.ConnectionGuard;
import dev.lakebase.jdbc.login.ConnectionTarget;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;

/**
 * Keeps this JVM off databases that are not its tests': with {@code lakebase-testing} on the class path every Lakebase
 * login is refused, before a byte is sent, unless it goes to
 *
 * <ul>
 *   <li>a branch that {@link LakebaseTest} or {@link LakebaseExtension} made in this JVM, or that a test made with the client
 *       it was given,
 *   <li>a Lakebase Local that runs in this JVM,
 *   <li>an endpoint that the system property {@value #ALLOW} names.
 * </ul>
 *
 * <p>That holds for tests without {@link LakebaseTest} and for a {@code main} alike, whatever the environment says. The
 * property holds endpoints ({@code projects/{project}/branches/{branch}/endpoints/{endpoint}}) or, for native logins
 * without an endpoint, {@code host:port}, separated by commas; there are no wildcards. Found by {@link
 * java.util.ServiceLoader}; nobody else needs to make one. Thread-safe.
 */
public final class RunGuard implements ConnectionGuard {
    /** The system property that names what tests may connect to although they did not make it. */
    public static final String ALLOW = "lakebase.test.allow";

    /** For {@link java.util.ServiceLoader}. */
    public RunGuard() {}

    @Override
    public void check(ConnectionTarget target) throws SQLException {
        if (RunEndpoints.contains(target) || isMadeByATest(target) || LocalEndpoints.contains(target)) {
            return;
        }
        String allowed = System.getProperty(ALLOW, "");
        AllowedEndpoints endpoints;
        try {
            endpoints = AllowedEndpoints.parse(allowed);
        } catch (IllegalArgumentException e) {
            throw refused(target, "The system property " + ALLOW + " can't be read: " + e.getMessage());
        }
        if (!endpoints.contains(target)) {
            throw refused(
                    target,
                    "It was not made by this test run, and lakebase-testing is on the class path. Use @LakebaseTest"
                            + " for a branch of the test's own. If you do mean this one, say so: -D" + ALLOW + "="
                            + AllowedEndpoints.name(target));
        }
    }

    private static boolean isMadeByATest(ConnectionTarget target) {
        EndpointName endpoint = target.endpoint();
        return endpoint != null
                && !RunEndpoints.isOpen(endpoint.branchName()) // whose host is known, and has to be the target's
                && RunBranches.MADE.contains(endpoint.branchName());
    }

    private static SQLException refused(ConnectionTarget target, String why) {
        return new SQLNonTransientConnectionException(
                "Refused to log in as " + target + "; nothing was sent to it. " + why, "08001");
    }
}
