package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;

/** Who am I, and how a service principal gets a bearer token: what the platform's SDKs ask before anything else. */
final class Identity {
    private final Principals principals;
    private final URI host;

    Identity(Principals principals, URI host) {
        this.principals = principals;
        this.host = host;
    }

    void addTo(Routes routes) {
        routes.add("GET", "/api/2.0/preview/scim/v2/Me", call -> me(call.caller()))
                .addOpen("GET", "/.well-known/databricks-config", call -> workspaceConfig())
                .addOpen("GET", "/oidc/.well-known/oauth-authorization-server", call -> oidcConfig())
                .addOpen("GET", "/oidc/.well-known/openid-configuration", call -> oidcConfig())
                .addOpen("POST", "/oidc/v1/token", this::token);
    }

    private static JsonNode me(Principal caller) {
        ObjectNode me = Json.object();
        me.putArray("schemas").add("urn:ietf:params:scim:schemas:core:2.0:User");
        me.put("id", stableId(caller))
                .put("userName", caller.userName())
                .put("displayName", caller.userName())
                .put("active", true);
        ArrayNode groups = me.putArray("groups");
        caller.groups().stream()
                .sorted()
                .forEach(group -> groups.addObject().put("display", group).put("type", "direct"));
        if (caller.kind() == Principal.Kind.USER) {
            me.putArray("emails")
                    .addObject()
                    .put("type", "work")
                    .put("value", caller.userName())
                    .put("primary", true);
        }
        return me;
    }

    private static String stableId(Principal principal) {
        long bits = UUID.nameUUIDFromBytes(principal.userName().getBytes(StandardCharsets.UTF_8))
                .getMostSignificantBits();
        return Long.toString(bits >>> 1);
    }

    private JsonNode workspaceConfig() {
        return Json.object().put("oidc_endpoint", host + "/oidc").put("workspace_id", "1");
    }

    private JsonNode oidcConfig() {
        ObjectNode config = Json.object()
                .put("issuer", host + "/oidc")
                .put("authorization_endpoint", host + "/oidc/v1/authorize")
                .put("token_endpoint", host + "/oidc/v1/token");
        config.putArray("grant_types_supported").add("client_credentials");
        config.putArray("token_endpoint_auth_methods_supported")
                .add("client_secret_basic")
                .add("client_secret_post");
        config.putArray("scopes_supported").add("all-apis");
        return config;
    }

    private JsonNode token(Call call) {
        Map<String, String> form = call.form();
        if (!"client_credentials".equals(form.get("grant_type"))) {
            throw new ApiException(400, "unsupported_grant_type", "only grant_type=client_credentials is available");
        }
        String id = form.getOrDefault("client_id", "");
        String secret = form.getOrDefault("client_secret", "");
        if (!call.basicCredentials().isEmpty()) {
            String[] pair = basic(call.basicCredentials());
            id = pair[0];
            secret = pair[1];
        }
        String access = principals.accessToken(id, secret);
        if (access == null) {
            throw new ApiException(401, "invalid_client", "client_id or client_secret is wrong");
        }
        return Json.object()
                .put("access_token", access)
                .put("token_type", "Bearer")
                .put("scope", "all-apis")
                .put("expires_in", Principals.ACCESS_TOKEN_LIFETIME.toSeconds());
    }

    private static String[] basic(String encoded) {
        try {
            String[] pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8).split(":", 2);
            if (pair.length == 2) {
                return pair;
            }
        } catch (IllegalArgumentException e) {
            // not base64: answered below
        }
        throw new ApiException(401, "invalid_client", "the Authorization header is not a readable Basic header");
    }
}
