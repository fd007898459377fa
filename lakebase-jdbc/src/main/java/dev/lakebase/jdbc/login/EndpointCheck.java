package dev.lakebase.jdbc.login;

import dev.lakebase.client.CredentialTarget;
import dev.lakebase.client.TimeSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a token off the wrong database: a token opens the whole workspace, so a host that belongs to another endpoint
 * would let us in. Asks the platform once which hosts the endpoint has. A mismatch is refused; where the platform can't be
 * asked, a warning says that the check was skipped.
 */
final class EndpointCheck {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointCheck.class);

    /** The mint runs meanwhile, so this is only what the check may take longer than the mint. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** A platform that can't be asked is asked again, but not at every login. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final @Nullable ControlPlane controlPlane;
    private final TimeSource time;
    private volatile @Nullable Place verified;
    private volatile @Nullable Long askedInVain;

    EndpointCheck(@Nullable ControlPlane controlPlane, TimeSource time) {
        this.controlPlane = controlPlane;
        this.time = time;
    }

    /** Starts asking, or returns null if there is nothing (left) to ask. */
    @Nullable
    CompletableFuture<Compute> start(Place place) {
        CredentialTarget endpoint = place.endpoint();
        Place known = verified;
        boolean isKnown = known != null && known.equals(place);
        if (controlPlane == null || endpoint == null || place.lookedUp() || isKnown) {
            return null;
        }
        Long vain = askedInVain;
        if (vain != null && time.nanoTime() - vain < PAUSE.toNanos()) {
            return null;
        }
        try {
            return controlPlane.compute(endpoint);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Waits for the answer, if one is expected.
     *
     * @throws SQLException if the host belongs to something else
     */
    void finish(@Nullable CompletableFuture<Compute> answer, Place place, long deadline)
            throws SQLException, InterruptedException {
        if (answer == null) {
            return;
        }
        long patience = time.nanoTime() + PATIENCE.toNanos();
        try {
            Compute endpoint = Waits.await(time, answer, deadline - patience < 0 ? deadline : patience);
            if (!place.belongsTo(endpoint)) {
                throw LoginErrors.fatal(
                        "Refused to log in: host " + place + " does not belong to " + endpoint.name()
                                + ", whose hosts are " + endpoint.hosts() + ", port " + endpoint.port()
                                + ". Nothing was sent to it. Correct the host or the endpoint (PGHOST, PGPORT,"
                                + " LAKEBASE_ENDPOINT), or name the endpoint only: its host is looked up.",
                        null);
            }
            verified = place;
        } catch (TimeoutException e) {
            skipped(place, "the platform did not answer in time");
        } catch (ExecutionException e) {
            skipped(place, String.valueOf(e.getCause()));
        }
    }

    private void skipped(Place place, String why) {
        askedInVain = time.nanoTime();
        LOG.warn("Could not check that host {} belongs to {}: {}. Logging in unchecked.", place, place.endpoint(), why);
    }
}
