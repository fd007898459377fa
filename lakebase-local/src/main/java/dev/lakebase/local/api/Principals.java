package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who is known here: a user and a service principal that administer the workspace, and those that were declared besides.
 * Users have a personal access token, service principals OAuth credentials. Thread-safe once it was started with.
 */
public final class Principals {
    /** As on the platform. */
    static final Duration ACCESS_TOKEN_LIFETIME = Duration.ofHours(1);

    /** What the first service principal is called. */
    private static final String FIRST_SERVICE_PRINCIPAL = "service-principal";

    private static final SecureRandom RANDOM = new SecureRandom();

    private final InstantSource clock;
    private final String user;
    private final List<Declared> declared;
    /** By what they are called, the administrators first. */
    private final Map<String, Known> known = new LinkedHashMap<>();

    private final Map<String, AccessToken> accessTokens = new ConcurrentHashMap<>();

    /**
     * A principal with its secrets.
     *
     * @param token of a user; empty for others
     * @param clientSecret of a service principal; empty for others
     */
    public record Known(Principal principal, String token, String clientSecret) {
        @Override
        public String toString() {
            return "Known[principal=" + principal + "]";
        }
    }

    private record AccessToken(Principal principal, Instant expires) {
        @Override
        public String toString() {
            return "AccessToken[principal=" + principal + ", expires=" + expires + "]";
        }
    }

    /** Fresh secrets, valid as long as this object is used. */
    public Principals(String user, List<Declared> declared, InstantSource clock) {
        this.clock = clock;
        this.user = user;
        this.declared = List.copyOf(declared);
        add(user, Principal.administrator(user, Principal.Kind.USER));
        add(FIRST_SERVICE_PRINCIPAL, Principal.administrator(clientId(), Principal.Kind.SERVICE_PRINCIPAL));
        for (Declared each : declared) {
            if (each.kind() != Principal.Kind.GROUP) {
                boolean isUser = each.kind() == Principal.Kind.USER;
                add(each.name(), new Principal(isUser ? each.name() : clientId(), each.kind(), each.groups(), false));
            }
        }
    }

    private static String clientId() {
        return UUID.randomUUID().toString();
    }

    private void add(String name, Principal principal) {
        boolean isUser = principal.kind() == Principal.Kind.USER;
        known.put(
                name, new Known(principal, isUser ? "dapi" + randomHex(16) : "", isUser ? "" : "dose" + randomHex(16)));
    }

    /** Who they are, for the {@link StateFile}; their secrets stay in memory. */
    ObjectNode save() {
        ObjectNode saved = Json.object().put("user", user);
        ObjectNode ids = saved.putObject("service_principals");
        known.forEach((name, each) -> {
            if (each.principal.kind() == Principal.Kind.SERVICE_PRINCIPAL) {
                ids.put(name, each.principal.userName());
            }
        });
        return saved;
    }

    /** Who they were before a restart: roles in the branches are called so. */
    void load(JsonNode saved) {
        String owner = saved.path("user").asText();
        if (!owner.equals(user)) {
            throw new IllegalStateException("The data folder belongs to the user " + owner + ", not to " + user
                    + ". Start with that user, or choose another data folder.");
        }
        saved.path("service_principals").fields().forEachRemaining(id -> {
            Known now = known.get(id.getKey());
            if (now != null) {
                Principal principal = now.principal;
                known.put(
                        id.getKey(),
                        new Known(
                                new Principal(
                                        id.getValue().asText(),
                                        principal.kind(),
                                        principal.groups(),
                                        principal.administrator()),
                                now.token,
                                now.clientSecret));
            }
        });
    }

    /** The user, who owns every project that nobody else has created. */
    public Known user() {
        return named(user);
    }

    /** The first service principal, for OAuth machine to machine. */
    public Known servicePrincipal() {
        return named(FIRST_SERVICE_PRINCIPAL);
    }

    /**
     * One of those that were declared, or an administrator.
     *
     * @throws IllegalArgumentException if nobody is called so
     */
    public Known named(String name) {
        Known found = known.get(name);
        if (found == null) {
            throw new IllegalArgumentException("identity is \"" + name + "\", expected one of " + known.keySet());
        }
        return found;
    }

    /** Those who have a Postgres role in every project, member of {@code databricks_superuser}. */
    List<Principal> administrators() {
        return known.values().stream()
                .map(Known::principal)
                .filter(Principal::administrator)
                .toList();
    }

    /** Those of Databricks Apps. */
    List<Principal> apps() {
        return declared.stream()
                .filter(Declared::app)
                .map(app -> named(app.name()).principal)
                .toList();
    }

    /** What the declared ones may do with the project to start with, by the names that a {@link Principal} has. */
    Map<String, Permission> grants() {
        var grants = new LinkedHashMap<String, Permission>();
        for (Declared each : declared) {
            Known one = known.get(each.name());
            grants.put(one == null ? each.name() : one.principal.userName(), each.permission());
        }
        return grants;
    }

    /** Whether this is a bearer token of the REST API, expired ones included while they are remembered. */
    public boolean isBearer(String candidate) {
        return ofToken(candidate) != null || accessTokens.containsKey(candidate);
    }

    /** Null for a token that is unknown or has expired. */
    @Nullable
    Principal authenticate(String bearer) {
        Principal owner = ofToken(bearer);
        if (owner != null) {
            return owner;
        }
        AccessToken access = accessTokens.get(bearer);
        return access != null && clock.instant().isBefore(access.expires) ? access.principal : null;
    }

    private @Nullable Principal ofToken(String bearer) {
        for (Known each : known.values()) {
            if (!each.token.isEmpty() && same(bearer, each.token)) {
                return each.principal;
            }
        }
        return null;
    }

    /** A new access token for right credentials, null for wrong ones. */
    @Nullable
    String accessToken(String clientId, String secret) {
        for (Known each : known.values()) {
            if (!each.clientSecret.isEmpty()
                    && same(clientId, each.principal.userName())
                    && same(secret, each.clientSecret)) {
                return accessToken(each.principal);
            }
        }
        return null;
    }

    private String accessToken(Principal principal) {
        Instant now = clock.instant();
        accessTokens.values().removeIf(old -> now.isAfter(old.expires.plus(ACCESS_TOKEN_LIFETIME)));
        String access = "oauth-" + randomHex(32);
        accessTokens.put(access, new AccessToken(principal, now.plus(ACCESS_TOKEN_LIFETIME)));
        return access;
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private static String randomHex(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
