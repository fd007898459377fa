package dev.lakebase.spring.actuate;

import dev.lakebase.client.Endpoint;
import dev.lakebase.client.NotFoundException;
import dev.lakebase.jdbc.LakebaseDataSource;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * The compute behind a pool, as the control plane sees it, and the pool's token. A compute that is asleep is UP: the next
 * borrow wakes it. A control plane that does not answer makes it UNKNOWN, for connections go on without it.
 */
final class LakebaseHealthIndicator implements HealthIndicator {
    private final LakebaseDataSource pool;
    private final @Nullable EndpointStates states;
    private final PoolObserver observer;

    /** Without states, for a pool whose client is known to nobody else, no control plane is asked. */
    LakebaseHealthIndicator(LakebaseDataSource pool, @Nullable EndpointStates states, PoolObserver observer) {
        this.pool = pool;
        this.states = states;
        this.observer = observer;
    }

    @Override
    public Health health() {
        Health.Builder health = Health.up();
        if (pool.branchName() != null) {
            health.withDetail("branch", pool.branchName().toString());
        }
        judge(health);
        credential(health);
        return health.build();
    }

    private void judge(Health.Builder health) {
        if (states == null) {
            health.withDetail("state", "not asked: the pool has a client of its own");
            return;
        }
        try {
            Endpoint endpoint = states.of(pool);
            if (endpoint == null) {
                health.withDetail("endpoint", "none: a native login to a host");
                return;
            }
            health.withDetail("endpoint", endpoint.name().toString()).withDetail("state", endpoint.stateText());
            if (endpoint.disabled()) {
                health.outOfService().withDetail("reason", "the endpoint is disabled, and no login wakes it");
            }
        } catch (NotFoundException e) {
            health.down().withDetail("reason", String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            health.unknown().withDetail("reason", String.valueOf(e.getMessage()));
        }
    }

    private void credential(Health.Builder health) {
        PoolObserver.Seen seen = observer.pool(pool.getPoolName());
        Duration age = observer.credentialAge(pool.getPoolName());
        if (age != null && seen.expiresAt() != null) {
            health.withDetail(
                            "credentialAge", age.truncatedTo(ChronoUnit.SECONDS).toString())
                    .withDetail("credentialExpiresAt", seen.expiresAt().toString());
        }
        if (seen.mintFailure() != null) {
            health.withDetail("lastMintFailure", seen.mintFailure());
        }
    }
}
