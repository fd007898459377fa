package dev.lakebase.local.gateway;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What a token is issued for.
 *
 * @param subject the identity, and the Postgres role that it opens
 * @param groups the roles that it opens besides: those of the groups of the identity
 * @param lifetime how long it can be used to log in
 * @param skew how wrong the clock of the issuer is; zero as a rule
 * @param claims what narrows it; empty: nothing
 */
public record TokenRequest(String subject, Set<String> groups, Duration lifetime, Duration skew, List<Claim> claims) {
    /** The permission set of a session that can't write. */
    public static final String READ_ONLY = "READ_ONLY";

    /**
     * One narrowing.
     *
     * @param permissionSet {@link #READ_ONLY}
     * @param tables names of the tables it is for; empty: all
     */
    public record Claim(String permissionSet, List<String> tables) {}
}
