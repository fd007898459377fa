package dev.lakebase.client;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static dev.lakebase.client.StubbedPlatform.error;
import static dev.lakebase.client.StubbedPlatform.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.databricks.sdk.core.DatabricksConfig;
import dev.lakebase.client.credential.CredentialClaim;
import dev.lakebase.client.credential.CredentialRequest;
import dev.lakebase.client.credential.DatabaseCredential;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class ClientHttpTest {
    private static final EndpointName ENDPOINT =
            EndpointName.parse("projects/shop/branches/production/endpoints/primary");
    private static final String ME = "/api/2.0/preview/scim/v2/Me";

    @RegisterExtension
    final StubbedPlatform platform = new StubbedPlatform();

    private static String credential(String field, Instant expiry) {
        return "{\"token\":\"canary-of-the-password\",\"" + field + "\":\"" + expiry + "\"}";
    }

    private DatabaseCredential mint(CredentialRequest request) throws Exception {
        return platform.client.credentialSource().mint(request).get(20, TimeUnit.SECONDS);
    }

    @Test
    void makingAClientSendsNothing() {
        LakebaseClient.builder()
                .environment(Map.of(
                        "DATABRICKS_HOST", platform.server.baseUrl(),
                        "DATABRICKS_CLIENT_ID", "id",
                        "DATABRICKS_CLIENT_SECRET", "secret"))
                .build()
                .close();
        LakebaseClient.builder()
                .config(new DatabricksConfig()
                        .setHost(platform.server.baseUrl())
                        .setToken("t"))
                .build()
                .close();

        assertThat(platform.server.getAllServeEvents()).isEmpty();
    }

    @Test
    void aMintNamesTheEndpointAndItsLifetime() throws Exception {
        Instant expiry = Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
        platform.on("POST", "credentials", json(credential("expire_time", expiry)));

        DatabaseCredential credential = mint(CredentialRequest.of(ENDPOINT).withTtl(Duration.ofMinutes(10)));

        assertThat(credential.token()).isEqualTo("canary-of-the-password");
        assertThat(credential.expiresAt()).isBetween(expiry.minusSeconds(5), expiry);
        platform.server.verify(postRequestedFor(urlPathEqualTo("/api/2.0/postgres/credentials"))
                .withRequestBody(equalToJson("{\"endpoint\":\"" + ENDPOINT + "\",\"ttl\":\"600s\"}")));
    }

    @Test
    void claimsNarrowWhatIsMintedAndHaveACacheOfTheirOwn() {
        platform.on(
                "POST",
                "credentials",
                json(credential("expire_time", Instant.now().plusSeconds(3600))));
        CredentialRequest all = CredentialRequest.of(ENDPOINT);
        CredentialRequest narrow = all.withClaims(CredentialClaim.readOnly("public.orders", "public.customer"));

        platform.client.credentials(narrow).get(Duration.ofSeconds(20));

        platform.server.verify(postRequestedFor(urlPathEqualTo("/api/2.0/postgres/credentials"))
                .withRequestBody(equalToJson("{\"endpoint\":\"" + ENDPOINT
                        + "\",\"claims\":[{\"permission_set\":\"READ_ONLY\",\"resources\":"
                        + "[{\"table_name\":\"public.orders\"},{\"table_name\":\"public.customer\"}]}]}")));
        assertThat(platform.client.credentials(narrow)).isNotSameAs(platform.client.credentials(all));
        assertThat(platform.client.credentials(
                        all.withClaims(CredentialClaim.readOnly("public.orders", "public.customer"))))
                .isSameAs(platform.client.credentials(narrow));
    }

    @Test
    void anInstanceOfTheProvisionedTierGetsItsCredentialFromThatTiersService() {
        platform.server.stubFor(post(urlPathEqualTo("/api/2.0/database/credentials"))
                .willReturn(json(credential("expiration_time", Instant.now().plusSeconds(3600)))));

        DatabaseCredential credential =
                platform.client.credentials(new InstanceName("orders-db")).get(Duration.ofSeconds(20));

        assertThat(credential.token()).isEqualTo("canary-of-the-password");
        platform.server.verify(postRequestedFor(urlPathEqualTo("/api/2.0/database/credentials"))
                .withRequestBody(matchingJsonPath("$.request_id", matching("[0-9a-f-]{36}")))
                .withRequestBody(matchingJsonPath("$.instance_names[0]", equalTo("orders-db"))));
    }

    @Test
    void whatTheProvisionedTierDoesNotKnowIsRefusedBeforeAnythingIsSent() {
        CredentialRequest request = CredentialRequest.of(new InstanceName("orders-db"));

        assertThatThrownBy(() -> request.withTtl(Duration.ofMinutes(10)))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContainingAll("ttl", "orders-db");
        assertThatThrownBy(() -> new InstanceName("orders_db")).isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(CredentialClaim::readOnly).isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    void theLegacyTiersNameOfTheExpiryIsReadToo() throws Exception {
        platform.on(
                "POST",
                "credentials",
                json(credential("expiration_time", Instant.now().plusSeconds(600))));

        assertThat(mint(CredentialRequest.of(ENDPOINT)).token()).isEqualTo("canary-of-the-password");
    }

    @Test
    void oneClientHasOneCachePerEndpoint() {
        platform.on(
                "POST",
                "credentials",
                json(credential("expire_time", Instant.now().plusSeconds(3600))));

        DatabaseCredential first = platform.client.credentials(ENDPOINT).get(Duration.ofSeconds(20));
        DatabaseCredential second = platform.client.credentials(ENDPOINT).get(Duration.ofSeconds(20));

        assertThat(second).isSameAs(first);
        assertThat(platform.requests("POST", "credentials")).isOne();
        assertThat("" + first + platform.client.credentials(ENDPOINT)).doesNotContain("canary");
    }

    @Test
    void theCurrentUserIsAskedForOnceAndAFailureIsNotRemembered() {
        platform.server.stubFor(get(ME).willReturn(error(401, "UNAUTHENTICATED", "expired")));
        assertThatThrownBy(() -> platform.client.currentUserName())
                .isInstanceOf(UnauthenticatedException.class)
                .hasMessageContainingAll("expired", "DATABRICKS_TOKEN");

        platform.server.stubFor(get(ME).willReturn(okJson("{\"userName\":\"ann@example.com\",\"groups\":[]}")));
        assertThat(platform.client.currentUserName()).isEqualTo("ann@example.com");
        assertThat(platform.client.currentUserName()).isEqualTo("ann@example.com");
        platform.server.verify(2, getRequestedFor(urlPathEqualTo(ME)));
    }

    @Test
    void aHangingHostIsGivenUpInTimeAndInterruptionIsHonoured() throws Exception {
        platform.server.stubFor(get(ME).willReturn(aResponse().withFixedDelay(20_000)));
        try (LakebaseClient client =
                platform.builder().requestTimeout(Duration.ofMillis(300)).build()) {
            assertThatThrownBy(client::currentUserName)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("300 ms");
        }
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread waiter = new Thread(() -> {
            try {
                platform.client.currentUserName();
            } catch (CallInterruptedException e) {
                flag.complete(Thread.currentThread().isInterrupted());
            }
        });
        waiter.start();
        waiter.interrupt();
        assertThat(flag.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void nobodyListeningIsUnavailableAndSaysWhereToLook() {
        platform.server.stop();
        try (LakebaseClient client = platform.builderFor("http://127.0.0.1:1")
                .requestTimeout(Duration.ofMillis(500))
                .build()) {
            assertThatThrownBy(client::currentUserName)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("DATABRICKS_HOST");
        }
    }

    @Test
    void aRedirectIsNotFollowedWithTheToken() {
        platform.server.stubFor(get(ME).willReturn(aResponse().withStatus(302).withHeader("Location", "/login")));

        assertThatThrownBy(() -> platform.client.currentUserName())
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("redirects");
    }

    @Test
    void aServicePrincipalLogsInThroughTheSdkAndIsKeptForTheNextCall() {
        platform.oidc("canary-of-the-oauth-token");
        platform.server.stubFor(get(ME).withHeader("Authorization", equalTo("Bearer canary-of-the-oauth-token"))
                .willReturn(okJson("{\"userName\":\"11111111-2222\"}")));
        platform.on("GET", "projects/shop/branches", json("{}"));
        try (LakebaseClient client = LakebaseClient.builder()
                .environment(Map.of())
                .host(platform.server.baseUrl())
                .clientId("11111111-2222")
                .clientSecret("canary-of-the-secret")
                .build()) {
            assertThat(client.currentUserName()).isEqualTo("11111111-2222");
            assertThat(client.branches("shop").list()).isEmpty();
        }
        platform.server.verify(1, postRequestedFor(urlPathEqualTo("/oidc/v1/token")));
    }

    @Test
    void aFailedLoginIsNotRememberedForEver() {
        platform.server.stubFor(get(ME).willReturn(okJson("{\"userName\":\"sp\"}")));
        try (LakebaseClient client = LakebaseClient.builder()
                .environment(Map.of())
                .host(platform.server.baseUrl())
                .clientId("sp")
                .clientSecret("canary-of-the-secret")
                .build()) {
            assertThatThrownBy(client::currentUserName)
                    .isInstanceOf(LakebaseException.class)
                    .message()
                    .doesNotContain("canary");

            platform.oidc("token-of-the-second-try");
            assertThat(client.currentUserName()).isEqualTo("sp");
        }
    }

    @Test
    void closingTheClientFailsItsCachesAndCalls() {
        platform.client.close();

        assertThatThrownBy(() -> platform.client.credentials(ENDPOINT).get(Duration.ofSeconds(1)))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> platform.client.currentUserName()).hasMessageContaining("closed");
        platform.client.close();
    }

    @Test
    void whoeverIsToldOfTheCloseMayAskTheClientForAnotherCache() {
        platform.on("POST", "credentials", json("{}").withFixedDelay(1_000));
        CompletableFuture<DatabaseCredential> told = platform.client
                .credentials(ENDPOINT)
                .acquire()
                .exceptionallyCompose(closed -> platform.client
                        .credentials(EndpointName.parse("projects/shop/branches/other/endpoints/primary"))
                        .acquire());

        platform.client.close();

        assertThat(told).isCompletedExceptionally();
        assertThatThrownBy(platform.client::currentUserName).hasMessageContaining("client is closed");
    }
}
