package dev.lakebase.local;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The client credentials grant, as a plain HTTP client sends it. */
final class OAuth {
    private OAuth() {}

    static Rest.Answer accessToken(LakebaseLocal local, String id, String secret) {
        String basic = Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
        return Rest.send(HttpRequest.newBuilder(local.host().resolve("/oidc/v1/token"))
                .header("Authorization", "Basic " + basic)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("grant_type=client_credentials&scope=all-apis")));
    }

    static Rest.Answer accessTokenByForm(LakebaseLocal local, String form) {
        return Rest.send(HttpRequest.newBuilder(local.host().resolve("/oidc/v1/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form)));
    }
}
