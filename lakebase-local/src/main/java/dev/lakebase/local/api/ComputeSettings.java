package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/**
 * The size of a compute and when it falls asleep.
 *
 * @param minCu compute units, reported only: nothing scales here
 * @param maxCu compute units; decides about max_connections
 * @param suspendTimeout how long a compute is idle before it sleeps
 * @param noSuspension whether it never does
 */
record ComputeSettings(double minCu, double maxCu, Duration suspendTimeout, boolean noSuspension) {
    /** The platform's own default is 5 minutes in some places, 24 hours in others. */
    static final ComputeSettings DEFAULT = new ComputeSettings(1, 1, Duration.ofMinutes(5), false);

    /** As documented for 0.5, 1, 4 and 8 units: 104, 209, 839 and 1678; 4000 at most. */
    int maxConnections() {
        return (int) Math.min(4000, Math.floor(maxCu * 209.75));
    }

    void putInto(ObjectNode status) {
        status.put("autoscaling_limit_min_cu", minCu).put("autoscaling_limit_max_cu", maxCu);
        if (!noSuspension) {
            status.put("suspend_timeout_duration", Json.duration(suspendTimeout));
        }
    }
}
