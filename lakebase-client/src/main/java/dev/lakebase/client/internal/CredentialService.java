package dev.lakebase.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.client.InstanceName;
import dev.lakebase.client.credential.CredentialClaim;
import dev.lakebase.client.credential.CredentialRequest;
import dev.lakebase.client.credential.CredentialSource;
import dev.lakebase.client.credential.DatabaseCredential;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Mints at the platform's credential service. */
public final class CredentialService implements CredentialSource {

    /** HTTP's Date header is cut to seconds. */
    private static final Duration DATE_GRAIN = Duration.ofSeconds(1);

    private final ControlPlane plane;

    public CredentialService(ControlPlane plane) {
        this.plane = plane;
    }

    @Override
    public CompletableFuture<DatabaseCredential> mint(CredentialRequest request) {
        boolean provisioned = request.target() instanceof InstanceName;
        ObjectNode body = Json.object();
        if (provisioned) {
            body.put("request_id", UUID.randomUUID().toString());
            body.putArray("instance_names").add(request.target().toString());
        } else {
            body.put("endpoint", request.target().toString());
        }
        Duration ttl = request.ttl();
        if (ttl != null) {
            body.put("ttl", ttl.toSeconds() + "s");
        }
        if (!request.claims().isEmpty()) {
            ArrayNode claims = body.putArray("claims");
            request.claims().forEach(claim -> put(claim, claims.addObject()));
        }
        Call call =
                Call.mint(provisioned ? Call.PROVISIONED : Call.PREFIX, body, "the credential of " + request.target());
        return plane.send(call, this::read);
    }

    private static void put(CredentialClaim claim, ObjectNode json) {
        json.put("permission_set", claim.permissionSet().name());
        ArrayNode resources = json.putArray("resources");
        claim.tables().forEach(table -> resources.addObject().put("table_name", table));
    }

    private DatabaseCredential read(JsonNode body, Answer answer) {
        String token = Json.text(body, "token");
        // the two tiers of the platform name it differently
        Instant stated = Json.time(body, "expire_time");
        if (stated == null) {
            stated = Json.time(body, "expiration_time");
        }
        if (stated == null) {
            throw new Json.MalformedAnswer("its field \"expire_time\" is missing or empty");
        }
        Instant now = plane.time().instant();
        Instant server = answer.serverTime();
        // clocks disagree, lifetimes don't: what the server's clock calls an hour is an hour here too
        Instant expires = server == null
                ? stated
                : now.plus(Duration.between(server, stated)).minus(DATE_GRAIN);
        if (!now.isBefore(expires)) {
            throw new Json.MalformedAnswer("the credential expired at " + stated + ", but it is " + now + " here"
                    + (server == null ? "" : " and " + server + " there") + "; is a clock wrong?");
        }
        return new DatabaseCredential(token, now, expires);
    }
}
