package dev.lakebase.client.credential;

import dev.lakebase.client.CredentialTarget;
import dev.lakebase.client.EndpointName;
import dev.lakebase.client.InstanceName;
import dev.lakebase.client.InvalidArgumentException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What to mint. Immutable; equal requests of one identity share a {@link CredentialCache}.
 *
 * @param target what to log in at: an {@link EndpointName}, or an {@link InstanceName} of the Provisioned tier
 * @param ttl the lifetime to ask for, or null for the platform's default of one hour; the platform accepts 5 minutes to
 *     one hour
 * @param claims what the credential is narrowed to; empty for all that its role may do
 */
public record CredentialRequest(
        CredentialTarget target, @Nullable Duration ttl, List<CredentialClaim> claims) {

    /**
     * @throws InvalidArgumentException if the lifetime is not positive or not in whole seconds, or asked of the Provisioned
     *     tier, which knows no other than its own
     */
    public CredentialRequest {
        claims = List.copyOf(claims);
        if (ttl != null && (ttl.compareTo(Duration.ofSeconds(1)) < 0 || ttl.toNanosPart() != 0)) {
            throw new InvalidArgumentException("The credential's ttl is " + ttl
                    + ": expected whole seconds; the platform accepts 5 minutes to 1 hour.");
        }
        if (ttl != null && target instanceof InstanceName) {
            throw new InvalidArgumentException("The credential's ttl is " + ttl + ", but the instance " + target
                    + " is of the Provisioned tier, whose credentials always live for an hour: leave the ttl out.");
        }
    }

    /** A credential with the platform's default lifetime. */
    public static CredentialRequest of(CredentialTarget target) {
        return new CredentialRequest(target, null, List.of());
    }

    /** The same with another lifetime. */
    public CredentialRequest withTtl(Duration ttl) {
        return new CredentialRequest(target, ttl, claims);
    }

    /** The same, narrowed to what the claims allow together. */
    public CredentialRequest withClaims(CredentialClaim... claims) {
        return new CredentialRequest(target, ttl, List.of(claims));
    }

    // by hand, here and in EndpointName: the JVM makes a record's own at their first use, which is before the first
    // query

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CredentialRequest that
                && target.equals(that.target)
                && Objects.equals(ttl, that.ttl)
                && claims.equals(that.claims);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * target.hashCode() + Objects.hashCode(ttl)) + claims.hashCode();
    }
}
