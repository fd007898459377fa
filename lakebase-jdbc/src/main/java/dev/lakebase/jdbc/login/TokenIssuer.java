package dev.lakebase.jdbc.login;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.PermissionDeniedException;
import dev.lakebase.client.TimeSource;
import dev.lakebase.client.UnauthenticatedException;
import dev.lakebase.client.credential.CredentialRequest;
import dev.lakebase.client.credential.DatabaseCredential;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Tokens for logins that somebody else makes. Looks at the target as a {@link LakebaseConnector} does (poolers, checks, host
 * and endpoint), but knows nothing of the login's outcome: it neither retries nor learns that a token was turned down.
 *
 * <p>One per endpoint and client, so that the host is checked once and not at each login. Thread-safe. Not an
 * API: it changes with any release.
 */
public final class TokenIssuer {
    private final ControlPlane plane;
    private final EndpointName endpoint;
    private final ConnectionGuard check;
    private final TimeSource time;
    private final EndpointCheck endpointCheck;

    /**
     * Sends nothing.
     *
     * @param check asked for each token, before it is minted
     */
    public TokenIssuer(LakebaseClient client, EndpointName endpoint, ConnectionGuard check) {
        this(ControlPlane.of(client), endpoint, check, TimeSource.system());
    }

    TokenIssuer(ControlPlane plane, EndpointName endpoint, ConnectionGuard check, TimeSource time) {
        this.plane = plane;
        this.endpoint = endpoint;
        this.check = check;
        this.time = time;
        this.endpointCheck = new EndpointCheck(plane, time);
    }

    /**
     * The token to log in to this target with. Blocks for at most {@code timeout}, and not at all while a valid token and the
     * answer to the host's check are at hand; may be interrupted, and the interrupt is kept.
     *
     * @throws SQLException {@code 28000} if the platform refuses to mint; {@code 08001} if the target is refused, or no token
     *     came in time; {@code 08003} if interrupted; what a check threw
     */
    public DatabaseCredential issue(ConnectionTarget target, Duration timeout) throws SQLException {
        long start = time.nanoTime();
        long deadline = start + timeout.toNanos();
        if (Place.isPooler(target.host())) {
            throw LoginErrors.fatal(LakebaseConnector.poolerRefused(target.host()), null);
        }
        check.check(target);
        var place = new Place(target.host(), target.port(), endpoint, false);
        CompletableFuture<Compute> answer = endpointCheck.start(place);
        try {
            DatabaseCredential credential = Waits.await(time, plane.acquire(CredentialRequest.of(endpoint)), deadline);
            endpointCheck.finish(answer, place, deadline);
            return credential;
        } catch (ExecutionException e) {
            throw notMinted(target, start, Login.unwrapped(e));
        } catch (TimeoutException e) {
            throw LoginErrors.transientFailure(
                    "No token for " + target + " within " + LoginErrors.seconds(time.nanoTime() - start)
                            + ". The mint goes on, so the next try may find it; check that the workspace's API can be reached.",
                    null);
        } catch (InterruptedException e) {
            throw LoginErrors.interrupted("Interrupted while waiting for a token for " + target + ".", e);
        }
    }

    private SQLException notMinted(ConnectionTarget target, long start, Throwable cause) {
        String message = "Could not get a token for " + target + " after "
                + LoginErrors.seconds(time.nanoTime() - start) + ": " + cause.getMessage();
        return cause instanceof UnauthenticatedException || cause instanceof PermissionDeniedException
                ? new SQLInvalidAuthorizationSpecException(message, "28000", cause)
                : LoginErrors.transientFailure(message, cause);
    }
}
