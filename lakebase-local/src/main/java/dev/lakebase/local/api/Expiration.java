package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a branch goes by itself: exactly one of {@code ttl}, {@code expire_time} and {@code no_expiry} of its spec. */
record Expiration(@Nullable Instant time) {
    /** Whether a spec says anything about it. */
    static boolean isIn(ObjectNode spec) {
        return spec.has("ttl") || spec.has("expire_time") || spec.has("no_expiry");
    }

    static Expiration of(ObjectNode spec, Instant now, Duration longest) {
        Duration ttl = Json.duration(spec, "ttl");
        Instant expireTime = Json.time(spec, "expire_time");
        boolean noExpiry = Boolean.TRUE.equals(Json.bool(spec, "no_expiry"));
        int given = (ttl == null ? 0 : 1) + (expireTime == null ? 0 : 1) + (noExpiry ? 1 : 0);
        if (given != 1) {
            throw ApiException.invalid(
                    "Exactly one of 'spec.ttl', 'spec.expire_time' and 'spec.no_expiry' is required, "
                            + (given == 0 ? "none was" : given + " were") + " given");
        }
        Instant time = ttl != null ? now.plus(ttl) : expireTime;
        if (time != null && !time.isAfter(now)) {
            throw ApiException.invalid("expiration time must be in the future");
        }
        if (time != null && time.isAfter(now.plus(longest))) {
            throw ApiException.invalid("expiration time exceeds the maximum expiration time");
        }
        return new Expiration(time);
    }
}
