package dev.lakebase.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/** The settings of a compute, which stand in an endpoint's spec and, as defaults, in a project's. */
final class ComputeFields {
    /** The platform's limits. */
    private static final Duration SHORTEST_SUSPEND = Duration.ofSeconds(60);

    private static final Duration LONGEST_SUSPEND = Duration.ofDays(7);

    private static final String SUSPENSION = "suspension";

    private final SpecFields fields;
    private final String object;

    /** @param object where in the spec they stand; empty: directly in it */
    ComputeFields(SpecFields fields, String object) {
        this.fields = fields;
        this.object = object;
    }

    void autoscaling(String setter, double minCu, double maxCu) {
        if (!(minCu > 0) || !(maxCu >= minCu) || Double.isInfinite(maxCu)) {
            throw new InvalidArgumentException(setter + " is " + minCu + " to " + maxCu
                    + " compute units: expected a minimum above zero, and a maximum that is no less.");
        }
        put("autoscaling_limit_min_cu").put("autoscaling_limit_min_cu", minCu);
        put("autoscaling_limit_max_cu").put("autoscaling_limit_max_cu", maxCu);
    }

    void suspendAfter(String setter, Duration idle) {
        fields.choose(SUSPENSION, setter);
        put(SUSPENSION)
                .put("suspend_timeout_duration", SpecFields.seconds(setter, idle, SHORTEST_SUSPEND, LONGEST_SUSPEND));
    }

    void neverSuspend(String setter) {
        fields.choose(SUSPENSION, setter);
        put(SUSPENSION).put("no_suspension", true);
    }

    private ObjectNode put(String mask) {
        return object.isEmpty() ? fields.set(mask) : fields.setIn(object, mask);
    }
}
