package dev.lakebase.spring.actuate;

import com.zaxxer.hikari.HikariPoolMXBean;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.jdbc.login.LakebaseListener.Rejected;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Stands in for Spring Boot's {@code db} indicator, which borrows a connection and so wakes a sleeping compute, and keeps
 * it awake for as long as somebody polls. This one says what the application itself met: DOWN where it has no connection and
 * its last login failed less than a minute ago, and UP otherwise. It sends nothing.
 */
final class LakebasePoolHealthIndicator implements HealthIndicator {
    private final LakebaseDataSource pool;
    private final PoolObserver observer;

    LakebasePoolHealthIndicator(LakebaseDataSource pool, PoolObserver observer) {
        this.pool = pool;
        this.observer = observer;
    }

    @Override
    public Health health() {
        PoolObserver.Seen seen = observer.pool(pool.getPoolName());
        Rejected rejection = seen.rejection();
        HikariPoolMXBean running = pool.getHikariPoolMXBean();
        boolean connected = running != null && running.getTotalConnections() > 0;
        Health.Builder health = !connected && observer.isFailing(pool.getPoolName()) ? Health.down() : Health.up();
        health.withDetail("database", "PostgreSQL").withDetail("pool", pool.getPoolName());
        if (rejection != null) {
            health.withDetail("error", rejection.message()).withDetail("failedAt", String.valueOf(seen.rejectedAt()));
        }
        if (running != null) {
            health.withDetail("active", running.getActiveConnections())
                    .withDetail("idle", running.getIdleConnections())
                    .withDetail("waiting", running.getThreadsAwaitingConnection());
        }
        health.withDetail(
                "lastLogin",
                seen.connectedAt() == null ? "none yet" : seen.connectedAt().toString());
        return health.build();
    }
}
