package dev.lakebase.spring.actuate;

import dev.lakebase.client.EndpointName;
import dev.lakebase.jdbc.login.ConnectionTarget;
import dev.lakebase.jdbc.login.LakebaseListener;
import dev.lakebase.jdbc.login.LoginFailure;
import java.time.Duration;
import java.time.Instant;

/** Events of a pool named orders. */
record Events(LakebaseListener listener) {
    private static final String POOL = "orders";
    private static final Duration TOOK = Duration.ofMillis(20);
    private static final ConnectionTarget TARGET =
            new ConnectionTarget("ep-1.example.com", 5432, "databricks_postgres", "nobody@example.com", null);

    void rejected() {
        listener.rejected(new LakebaseListener.Rejected(
                POOL, LoginFailure.REJECTED, "28000", TOOK, "Login to Lakebase failed as nobody@example.com"));
    }

    void retried() {
        listener.retried(new LakebaseListener.Retried(POOL, LoginFailure.WAKING, "57P03", TOOK));
    }

    void woke() {
        listener.woke(new LakebaseListener.Woke(POOL, TARGET, TOOK));
    }

    void connected() {
        listener.connected(new LakebaseListener.Connected(POOL, TARGET, TOOK, 1));
    }

    void minted() {
        listener.minted(new LakebaseListener.Minted(
                POOL,
                EndpointName.parse("projects/shop/branches/production/endpoints/primary"),
                TOOK,
                Instant.EPOCH.plusSeconds(3600)));
    }

    void mintFailed() {
        listener.mintFailed(new LakebaseListener.MintFailed(
                POOL,
                EndpointName.parse("projects/shop/branches/production/endpoints/primary"),
                TOOK,
                "HTTP 503",
                Instant.EPOCH));
    }
}
