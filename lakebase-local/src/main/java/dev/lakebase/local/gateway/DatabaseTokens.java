package dev.lakebase.local.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Issues and checks the tokens that are used as Postgres passwords. The signing key lives and dies with this object. Thread-safe. */
public final class DatabaseTokens {
    private static final String AUDIENCE = "lakebase-local-postgres";
    private static final String GROUPS = "groups";
    private static final String CLAIMS = "claims";
    private static final String HINT =
            "Mint a new token with POST /api/2.0/postgres/credentials and use it as the password within its lifetime.";

    private final String issuer;
    private final InstantSource clock;
    private final ECKey key;
    private final ECDSASigner signer;
    private final ECDSAVerifier verifier;

    /**
     * @param issuer the control plane's address: a token of another run is refused
     * @param clock decides when a token is issued and when it has expired
     */
    public DatabaseTokens(String issuer, InstantSource clock) {
        this.issuer = issuer;
        this.clock = clock;
        try {
            key = new ECKeyGenerator(Curve.P_256)
                    .keyID(UUID.randomUUID().toString())
                    .generate();
            signer = new ECDSASigner(key);
            verifier = new ECDSAVerifier(key.toPublicJWK());
        } catch (JOSEException e) {
            throw new IllegalStateException("this JVM can't make or use a P-256 key: " + e.getMessage(), e);
        }
    }

    /**
     * A token with its end of life.
     *
     * @param token a signed JWT
     * @param expireTime whole seconds, as in the token itself
     */
    public record Issued(String token, Instant expireTime) {
        @Override
        public String toString() {
            return "Issued[expireTime=" + expireTime + "]";
        }
    }

    /** A signed token. */
    public Issued issue(TokenRequest request) {
        Instant now = clock.instant().plus(request.skew());
        Instant expireTime = now.plus(request.lifetime()).truncatedTo(ChronoUnit.SECONDS);
        var claims = new JWTClaimsSet.Builder()
                .issuer(issuer)
                .audience(AUDIENCE)
                .subject(request.subject())
                .claim(GROUPS, request.groups().isEmpty() ? null : List.copyOf(request.groups()))
                .claim(CLAIMS, request.claims().isEmpty() ? null : wire(request.claims()))
                .issueTime(Date.from(now))
                .expirationTime(Date.from(expireTime))
                .jwtID(UUID.randomUUID().toString())
                .build();
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(JOSEObjectType.JWT)
                .keyID(key.getKeyID())
                .build();
        var jwt = new SignedJWT(header, claims);
        try {
            jwt.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("the token could not be signed: " + e.getMessage(), e);
        }
        return new Issued(jwt.serialize(), expireTime);
    }

    /** As the request for a credential has them. */
    private static List<Map<String, Object>> wire(List<TokenRequest.Claim> claims) {
        return claims.stream()
                .map(claim -> Map.<String, Object>of(
                        "permission_set", claim.permissionSet(),
                        "resources",
                                claim.tables().stream()
                                        .map(table -> Map.of("table_name", table))
                                        .toList()))
                .toList();
    }

    /** Three parts with dots between: worth a check as a token, and never a native password. */
    static boolean looksLikeToken(String password) {
        return password.startsWith("eyJ")
                && password.chars().filter(c -> c == '.').count() == 2;
    }

    /**
     * Checks signature, issuer, audience, expiry and the identity: all of them, in this order.
     *
     * @return whether the session is to be one that can only read
     */
    boolean check(String token, String user) throws Refusal {
        JWTClaimsSet claims = verifiedClaims(token, user);
        if (!issuer.equals(claims.getIssuer()) || !List.of(AUDIENCE).equals(claims.getAudience())) {
            throw refused(user, "the token was issued for something else");
        }
        Date expires = claims.getExpirationTime();
        Instant now = clock.instant();
        if (expires == null || !now.isBefore(expires.toInstant())) {
            throw refused(
                    user,
                    expires == null
                            ? "the token has no expiry"
                            : "the token expired at " + expires.toInstant() + ", it is now "
                                    + now.truncatedTo(ChronoUnit.SECONDS));
        }
        String subject = claims.getSubject();
        if (!user.equals(subject) && !groups(claims).contains(user)) {
            throw Refusal.invalidPassword(
                    user,
                    "the token is for \"" + Refusal.printable(String.valueOf(subject)) + "\"",
                    "The Postgres user must be the token's identity: a user's e-mail, a service principal's client id, or a group of theirs.");
        }
        // READ_ONLY is the one permission set that a token is issued with
        return claims.getClaim(CLAIMS) != null;
    }

    private static List<String> groups(JWTClaimsSet claims) {
        try {
            List<String> groups = claims.getStringListClaim(GROUPS);
            return groups == null ? List.of() : groups;
        } catch (ParseException e) {
            return List.of();
        }
    }

    private JWTClaimsSet verifiedClaims(String token, String user) throws Refusal {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            JWSHeader header = jwt.getHeader();
            if (!JWSAlgorithm.ES256.equals(header.getAlgorithm())
                    || !key.getKeyID().equals(header.getKeyID())) {
                throw refused(user, "the token was not signed by this Lakebase Local");
            }
            if (!jwt.verify(verifier)) {
                throw refused(user, "the token's signature does not match");
            }
            return jwt.getJWTClaimsSet();
        } catch (ParseException | JOSEException | IllegalArgumentException | IllegalStateException e) {
            throw refused(user, "the token can't be read as a signed JWT");
        }
    }

    private static Refusal refused(String user, String reason) {
        return Refusal.invalidPassword(user, reason, HINT);
    }
}
