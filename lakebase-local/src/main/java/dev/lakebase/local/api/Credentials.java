package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.local.faults.HttpFault;
import dev.lakebase.local.gateway.DatabaseTokens;
import dev.lakebase.local.gateway.TokenRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** {@code POST /api/2.0/postgres/credentials}: a token that is a Postgres password. */
final class Credentials {
    private static final String PATH = ApiServer.PREFIX + "/credentials";
    private static final Duration MIN_TTL = Duration.ofMinutes(5);
    private static final Duration MAX_TTL = Duration.ofHours(1);

    private final Platform platform;

    Credentials(Platform platform) {
        this.platform = platform;
    }

    void addTo(Routes routes) {
        routes.add("POST", PATH, this::generate);
    }

    private JsonNode generate(Call call) {
        ObjectNode body = call.json();
        String endpoint = Json.text(body, "endpoint");
        if (endpoint == null || endpoint.isEmpty()) {
            throw ApiException.required("endpoint");
        }
        requireEndpoint(call.caller(), endpoint);
        DatabaseTokens.Issued issued = issue(call.caller(), body, PATH);
        return Json.object()
                .put("token", issued.token())
                .put("expire_time", issued.expireTime().toString());
    }

    /** A token for the caller, by what the body says about its lifetime and its claims. */
    DatabaseTokens.Issued issue(Principal caller, ObjectNode body, String path) {
        return platform.gateways()
                .tokens()
                .issue(new TokenRequest(
                        caller.userName(), caller.groups(), lifetime(body), skew(path), claims(body.path("claims"))));
    }

    private static List<TokenRequest.Claim> claims(JsonNode claims) {
        if (!claims.isMissingNode() && !claims.isNull() && !claims.isArray()) {
            throw ApiException.invalid("Field 'claims' must be an array"); // or the token would not be narrowed at all
        }
        var narrowed = new ArrayList<TokenRequest.Claim>();
        for (JsonNode claim : claims) {
            String permissions = claim.path("permission_set").asText();
            if (!permissions.equals(TokenRequest.READ_ONLY)) {
                throw ApiException.invalid(
                        "Field 'claims.permission_set' is \"" + permissions + "\", expected READ_ONLY");
            }
            var tables = new ArrayList<String>();
            for (JsonNode resource : claim.path("resources")) {
                String table = resource.path("table_name").asText();
                if (table.isEmpty()) {
                    throw ApiException.required("claims.resources.table_name");
                }
                tables.add(table);
            }
            narrowed.add(new TokenRequest.Claim(permissions, List.copyOf(tables)));
        }
        return List.copyOf(narrowed);
    }

    /** How wrong the clock is, by a fault. */
    private Duration skew(String path) {
        var struck = platform.gateways().faults().http("POST", path, HttpFault.Kind.CLOCK_SKEW::equals);
        return struck == null
                ? Duration.ZERO
                : Objects.requireNonNull(struck.fault().duration());
    }

    private void requireEndpoint(Principal caller, String name) {
        String[] parts = name.split("/", -1);
        if (parts.length != 6
                || !parts[0].equals("projects")
                || !parts[2].equals("branches")
                || !parts[4].equals("endpoints")) {
            throw ApiException.invalid(
                    "Field 'endpoint' must be projects/{project}/branches/{branch}/endpoints/{endpoint}, not \"" + name
                            + "\"");
        }
        platform.tree().change(() -> {
            platform.access().requireUse(caller, parts[1]);
            platform.tree().endpoint(parts[1], parts[3], parts[5]);
        });
    }

    /** What was asked for, but never more than this run's own lifetime. */
    private Duration lifetime(ObjectNode body) {
        Duration ttl = Json.duration(body, "ttl");
        Instant expireTime = Json.time(body, "expire_time");
        if (ttl != null && expireTime != null) {
            throw ApiException.invalid("Only one of 'ttl' and 'expire_time' may be given");
        }
        if (expireTime != null) {
            ttl = Duration.between(platform.clock().instant(), expireTime);
        }
        if (ttl == null) {
            return platform.tokenLifetime();
        }
        // an expire_time of "now plus 300 s" has lost a little of that on the way here
        if (ttl.compareTo(expireTime == null ? MIN_TTL : MIN_TTL.minusSeconds(10)) < 0 || ttl.compareTo(MAX_TTL) > 0) {
            throw ApiException.invalid("the lifetime of a credential must be between 300s and 3600s");
        }
        return ttl.compareTo(platform.tokenLifetime()) < 0 ? ttl : platform.tokenLifetime();
    }
}
