package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a request says about a compute: of an endpoint, or of those that a project will have. Null: nothing. */
record EndpointSpec(
        EndpointNode.@Nullable Type type,
        @Nullable Double minCu,
        @Nullable Double maxCu,
        @Nullable Duration suspendTimeout,
        boolean noSuspension,
        @Nullable Boolean disabled) {
    private static final Duration MIN_SUSPEND_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration MAX_SUSPEND_TIMEOUT = Duration.ofDays(7);
    private static final double MIN_CU = 0.5;
    private static final double MAX_CU = 112;

    static EndpointSpec of(ObjectNode spec) {
        Duration timeout = Json.duration(spec, "suspend_timeout_duration");
        if (timeout != null
                && (timeout.compareTo(MIN_SUSPEND_TIMEOUT) < 0 || timeout.compareTo(MAX_SUSPEND_TIMEOUT) > 0)) {
            throw ApiException.invalid("Field 'spec.suspend_timeout_duration' must be between 60s and 604800s");
        }
        boolean noSuspension = Boolean.TRUE.equals(Json.bool(spec, "no_suspension"));
        if (timeout != null && noSuspension) {
            throw ApiException.invalid(
                    "Only one of 'spec.suspend_timeout_duration' and 'spec.no_suspension' may be given");
        }
        return new EndpointSpec(
                EndpointNode.Type.of(Json.text(spec, "endpoint_type")),
                size(spec, "autoscaling_limit_min_cu"),
                size(spec, "autoscaling_limit_max_cu"),
                timeout,
                noSuspension,
                Json.bool(spec, "disabled"));
    }

    private static @Nullable Double size(ObjectNode spec, String field) {
        Double size = Json.number(spec, field);
        if (size != null && !(size >= MIN_CU && size <= MAX_CU)) {
            throw ApiException.invalid("Field 'spec." + field + "' must be between " + MIN_CU + " and " + MAX_CU);
        }
        return size;
    }

    /** Changes what the mask names. */
    ComputeSettings over(ComputeSettings old, UpdateMask mask, String prefix) {
        boolean suspension = mask.covers(prefix + "suspension") && (noSuspension || suspendTimeout != null);
        Duration timeout = suspension && suspendTimeout != null ? suspendTimeout : old.suspendTimeout();
        boolean never = suspension ? noSuspension : old.noSuspension();
        double min = minCu != null && mask.covers(prefix + "autoscaling_limit_min_cu") ? minCu : old.minCu();
        double max = maxCu != null && mask.covers(prefix + "autoscaling_limit_max_cu") ? maxCu : old.maxCu();
        if (min > max) {
            throw ApiException.invalid(
                    "autoscaling_limit_min_cu " + min + " is larger than autoscaling_limit_max_cu " + max);
        }
        return new ComputeSettings(min, max, timeout, never);
    }
}
