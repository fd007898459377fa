package dev.lakebase.local;

import static dev.lakebase.local.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The wire, as the platform's clients know it: literal bodies, statuses, fields. */
@ExtendWith(SharedLocal.class)
class RestContractTest {
    private static final String BRANCHES = "projects/local/branches";
    private static final String FROM_PRODUCTION = "\"source_branch\": \"projects/local/branches/production\"";

    private LakebaseLocal local;
    private Rest rest;

    @BeforeEach
    void use(LakebaseLocal shared) {
        local = shared;
        rest = new Rest(local);
    }

    private static void assertError(Rest.Answer answer, int status, String code, String message) {
        answer.expect(status);
        assertThat(answer.text("/error_code")).isEqualTo(code);
        assertThat(answer.text("/message")).contains(message);
    }

    private Rest.Answer create(String id, String spec) {
        return rest.post(BRANCHES + "?branch_id=" + id, "{\"spec\": {" + spec + "}}");
    }

    @Test
    void branchShowsStatusNeverSpec() {
        JsonNode branch = rest.get(BRANCHES + "/production").expect(200).json();
        assertThat(branch.has("spec")).isFalse();
        assertThat(branch.path("name").asText()).isEqualTo("projects/local/branches/production");
        assertThat(branch.path("branch_id").asText()).isEqualTo("production");
        assertThat(branch.path("parent").asText()).isEqualTo("projects/local");
        assertThat(branch.path("uid").asText()).startsWith("br-");
        assertThat(Instant.parse(branch.path("create_time").asText())).isBefore(Instant.now());
        assertThat(branch.at("/status/current_state").asText()).isEqualTo("READY");
        assertThat(branch.at("/status/pending_state").isMissingNode()).isTrue();
        assertThat(branch.at("/status/default").booleanValue()).isTrue();
        assertThat(branch.at("/status/is_protected").isBoolean()).isTrue();
    }

    @Test
    void createdBranchIsFirstPendingThenReadyWithAPrimaryEndpoint() {
        Rest.Answer begun = create("shape", FROM_PRODUCTION + ", \"ttl\": \"14400s\", \"not_a_field\": {\"x\": 1}");
        begun.expect(200);
        assertThat(begun.json().path("done").booleanValue()).isFalse();
        assertThat(begun.text("/name")).startsWith("projects/local/branches/shape/operations/");
        assertThat(begun.text("/metadata/@type")).endsWith("BranchOperationMetadata");
        assertThat(rest.get(BRANCHES + "/shape").expect(200).text("/status/current_state"))
                .isIn("INIT", "READY");
        Rest.Answer done = rest.await(begun);
        assertThat(done.text("/response/name")).isEqualTo("projects/local/branches/shape");
        assertThat(done.text("/response/status/source_branch")).isEqualTo("projects/local/branches/production");
        assertThat(done.text("/response/status/current_state")).isEqualTo("READY");
        assertThat(Duration.between(Instant.now(), Instant.parse(done.text("/response/status/expire_time"))))
                .isBetween(Duration.ofMinutes(239), Duration.ofMinutes(240));
        JsonNode endpoint =
                rest.get(BRANCHES + "/shape/endpoints").expect(200).json().at("/endpoints/0");
        assertThat(endpoint.has("spec")).isFalse();
        assertThat(endpoint.path("name").asText()).isEqualTo("projects/local/branches/shape/endpoints/primary");
        assertThat(endpoint.path("uid").asText()).startsWith("ep-");
        assertThat(endpoint.at("/status/endpoint_type").asText()).isEqualTo("ENDPOINT_TYPE_READ_WRITE");
        assertThat(endpoint.at("/status/current_state").asText()).isEqualTo("ACTIVE");
        assertThat(endpoint.at("/status/suspend_timeout_duration").asText()).matches("\\d+s");
        assertThat(endpoint.at("/status/hosts/host").asText()).matches("localhost:\\d+");
        assertThat(rest.get(BRANCHES + "?page_size=10&page_token=")
                        .expect(200)
                        .json()
                        .findValuesAsText("branch_id"))
                .contains("production", "shape");
        Rest.Answer gone = rest.await(rest.delete(BRANCHES + "/shape"));
        assertThat(gone.text("/response/@type")).endsWith("google.protobuf.Empty");
        assertError(rest.get(BRANCHES + "/shape"), 404, "NOT_FOUND", "branch id not found [TraceId: ");
        assertThat(rest.get(begun.text("/name")).expect(200).json().path("done").booleanValue())
                .isTrue();
    }

    @Test
    void projectAndListHaveThePlatformsShape() {
        assertThat(rest.get("projects").expect(200).text("/projects/0/name")).isEqualTo("projects/local");
        JsonNode project = rest.get("projects/local").expect(200).json();
        assertThat(project.at("/status/default_branch").asText()).isEqualTo("projects/local/branches/production");
        assertThat(project.at("/status/pg_version").asInt()).isEqualTo(17);
        assertThat(project.has("spec")).isFalse();
    }

    @Test
    void projectCanBeCreatedAndDeleted() {
        rest.await(rest.post("projects?project_id=second", "{\"spec\": {\"display_name\": \"Second\"}}"));
        assertThat(rest.get("projects/second").text("/status/display_name")).isEqualTo("Second");
        assertThat(rest.get("projects/second/branches/production/endpoints/primary")
                        .text("/status/current_state"))
                .isEqualTo("ACTIVE");
        assertError(rest.post("projects?project_id=second", ""), 409, "ALREADY_EXISTS", "already exists");
        rest.await(rest.delete("projects/second?purge=true"));
        assertError(rest.get("projects/second"), 404, "NOT_FOUND", "project id not found");
    }

    @Test
    void duplicateIs409() {
        assertError(
                create("production", FROM_PRODUCTION + ", \"ttl\": \"3600s\""),
                409,
                "ALREADY_EXISTS",
                "already exists");
    }

    @Test
    void missingIdIsTheFieldError() {
        assertError(
                rest.post(BRANCHES, "{\"spec\": {\"ttl\": \"3600s\"}}"),
                400,
                "INVALID_PARAMETER_VALUE",
                "Field 'branch_id' is required, expected non-default value (not \"\")!");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1a",
                "A",
                "a-",
                "-a",
                "a_b",
                "a.b",
                "br%C3%BCcke",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void badIdIs400(String id) {
        assertError(create(id, "\"ttl\": \"3600s\""), 400, "INVALID_PARAMETER_VALUE", "branch_id");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"is_protected\": false                                      | Exactly one of",
                "\"ttl\": \"60s\", \"no_expiry\": true                        | Exactly one of",
                "\"ttl\": \"60s\", \"expire_time\": \"2099-01-01T00:00:00Z\"  | Exactly one of",
                "\"ttl\": \"2592001s\"                                        | expiration time exceeds the maximum expiration time",
                "\"expire_time\": \"2099-01-01T00:00:00Z\"                    | expiration time exceeds the maximum expiration time",
                "\"expire_time\": \"2001-01-01T00:00:00Z\"                    | must be in the future",
                "\"ttl\": \"0s\"                                              | must be in the future",
                "\"ttl\": \"1h\"                                              | duration in seconds",
                "\"ttl\": 60                                                  | must be a string",
                "\"expire_time\": \"tomorrow\"                                | must be a time",
                "\"no_expiry\": \"yes\"                                       | true or false",
                "\"ttl\": \"60s\", \"source_branch\": \"production\"          | branch of the same project",
            })
    void badSpecIs400(String spec, String message) {
        assertError(create("badspec", spec), 400, "INVALID_PARAMETER_VALUE", message);
        assertError(rest.get(BRANCHES + "/badspec"), 404, "NOT_FOUND", "branch");
    }

    @Test
    void unknownThingsAre404() {
        assertError(
                create("orphan", "\"source_branch\": \"projects/local/branches/nothere\", \"ttl\": \"60s\""),
                404,
                "NOT_FOUND",
                "branch id not found");
        String uid = rest.get(BRANCHES + "/production").text("/uid");
        assertError(rest.get(BRANCHES + "/" + uid), 404, "NOT_FOUND", "branch id not found");
        assertError(rest.get("projects/nothere/branches"), 404, "NOT_FOUND", "project id not found");
        assertError(rest.get(BRANCHES + "/production/endpoints/x"), 404, "NOT_FOUND", "endpoint id not found");
        assertError(rest.get(BRANCHES + "/production/operations/x"), 404, "NOT_FOUND", "operation id not found");
        assertError(rest.delete(BRANCHES + "/nothere"), 404, "NOT_FOUND", "branch id not found");
        assertError(rest.get("/api/2.0/clusters/list"), 404, "ENDPOINT_NOT_FOUND", "No API found for 'GET");
        assertError(rest.call("PUT", BRANCHES, ""), 404, "ENDPOINT_NOT_FOUND", "No API found for 'PUT");
    }

    @Test
    void rootBranchAndItsEndpointAreManagedByTheirParent() {
        Rest.Answer branch = rest.delete(BRANCHES + "/production");
        assertError(branch, 400, "BAD_REQUEST", "Root branches cannot be deleted independently");
        assertThat(branch.text("/details/0/@type")).isEqualTo("type.googleapis.com/google.rpc.ErrorInfo");
        assertThat(branch.text("/details/0/metadata/declarative_context")).isEqualTo("MANAGED_BY_PARENT");
        Rest.Answer endpoint = rest.delete(BRANCHES + "/production/endpoints/primary");
        assertError(endpoint, 400, "BAD_REQUEST", "Read-write endpoints cannot be deleted");
        assertThat(endpoint.text("/details/0/metadata/declarative_context")).isEqualTo("MANAGED_BY_PARENT");
    }

    @Test
    void familyRulesHold() {
        rest.await(create("parent", FROM_PRODUCTION + ", \"no_expiry\": true, \"is_protected\": true"));
        rest.createBranch("child", "parent");
        assertError(rest.delete(BRANCHES + "/parent"), 400, "BAD_REQUEST", "cannot delete protected branch");
        rest.await(rest.call(
                        "PATCH",
                        BRANCHES + "/parent?update_mask=spec.is_protected",
                        "{\"spec\": {\"is_protected\": false, \"ttl\": \"60s\"}}"))
                .expect(200);
        assertThat(rest.get(BRANCHES + "/parent")
                        .json()
                        .at("/status/expire_time")
                        .isMissingNode())
                .as("a field outside the mask is ignored")
                .isTrue();
        assertError(rest.delete(BRANCHES + "/parent"), 400, "BAD_REQUEST", "child branches");
        assertError(
                rest.call("PATCH", BRANCHES + "/parent?update_mask=spec.expiration", "{\"spec\": {\"ttl\": \"60s\"}}"),
                400,
                "BAD_REQUEST",
                "cannot have an expiration date");
        assertError(
                create("grandchild", "\"source_branch\": \"projects/local/branches/child\", \"ttl\": \"60s\""),
                400,
                "BAD_REQUEST",
                "Branches with an expiration date cannot have child branches");
        rest.deleteBranch("child");
        rest.deleteBranch("parent");
    }

    @Test
    void branchThatIsDueGoesByItself() {
        rest.await(create("mayfly", FROM_PRODUCTION + ", \"ttl\": \"3600s\""));
        rest.await(rest.call(
                "PATCH", BRANCHES + "/mayfly?update_mask=spec.expiration", "{\"spec\": {\"ttl\": \"0.05s\"}}"));
        eventually(Duration.ofSeconds(30), () -> rest.get(BRANCHES + "/mayfly").expect(404));
    }

    @Test
    void disabledEndpointRefusesLoginsUntilEnabled() throws Exception {
        rest.createBranch("switched", "production");
        String endpoint = BRANCHES + "/switched/endpoints/primary";
        rest.await(rest.call("PATCH", endpoint + "?update_mask=spec.disabled", "{\"spec\": {\"disabled\": true}}"));
        assertThat(rest.get(endpoint).json().at("/status/disabled").booleanValue())
                .isTrue();
        assertThat(rest.get(endpoint).text("/status/current_state")).isEqualTo("IDLE");
        assertThat(catchThrowable(() -> Pg.connect(local, endpoint).close())).hasMessageContaining("disabled");
        rest.await(rest.call("PATCH", endpoint + "?update_mask=spec.disabled", "{\"spec\": {\"disabled\": false}}"));
        Pg.connect(local, endpoint).close();
        assertError(
                rest.call("PATCH", endpoint + "?update_mask=spec.nonsense", "{}"),
                400,
                "INVALID_PARAMETER_VALUE",
                "Unknown field path in update_mask: 'spec.nonsense'");
        rest.deleteBranch("switched");
    }

    @Test
    void rolesAreListedCreatedAndDropped() {
        String roles = BRANCHES + "/production/roles";
        assertThat(rest.get(roles).expect(200).json().findValuesAsText("postgres_role"))
                .contains(local.user(), local.clientId());
        rest.await(rest.post(
                roles + "?role_id=reporting",
                "{\"spec\": {\"postgres_role\": \"reporting@example.com\", \"identity_type\": \"USER\"}}"));
        JsonNode role = rest.get(roles + "/reporting").expect(200).json();
        assertThat(role.at("/status/postgres_role").asText()).isEqualTo("reporting@example.com");
        assertThat(role.at("/status/auth_method").asText()).isEqualTo("LAKEBASE_OAUTH_V1");
        assertThat(role.at("/status/identity_type").asText()).isEqualTo("USER");
        assertError(
                rest.post(roles + "?role_id=reporting", "{}"),
                400,
                "BAD_REQUEST",
                "role with that name already exists");
        assertError(rest.post(roles + "?role_id=abc", "{}"), 400, "INVALID_PARAMETER_VALUE", "role_id");
        rest.await(rest.delete(roles + "/reporting"));
        assertError(rest.get(roles + "/reporting"), 404, "NOT_FOUND", "role id not found");
    }

    @Test
    void credentialNeedsAKnownEndpointAndALegalLifetime() {
        assertError(rest.post("credentials", "{}"), 400, "INVALID_PARAMETER_VALUE", "Field 'endpoint' is required");
        assertError(
                rest.post("credentials", "{\"endpoint\": \"projects/local/branches/nothere/endpoints/primary\"}"),
                404,
                "NOT_FOUND",
                "branch id not found");
        assertError(
                rest.post("credentials", "{\"endpoint\": \"primary\"}"), 400, "INVALID_PARAMETER_VALUE", "endpoint");
        for (String ttl : new String[] {"299s", "3601s"}) {
            assertError(
                    rest.post(
                            "credentials", "{\"endpoint\": \"%s\", \"ttl\": \"%s\"}".formatted(local.endpoint(), ttl)),
                    400,
                    "INVALID_PARAMETER_VALUE",
                    "between 300s and 3600s");
        }
        Rest.Answer credential =
                rest.post("credentials", "{\"endpoint\": \"%s\", \"ttl\": \"300s\"}".formatted(local.endpoint()));
        assertThat(Duration.between(Instant.now(), Instant.parse(credential.text("/expire_time"))))
                .isBetween(Duration.ofSeconds(270), Duration.ofSeconds(300));
    }

    @Test
    void nothingIsAnsweredWithoutAValidBearer() {
        for (String path : new String[] {"projects", BRANCHES, "/api/2.0/preview/scim/v2/Me", "/nowhere"}) {
            assertError(
                    Rest.send(HttpRequest.newBuilder(rest.uri(path)).GET()),
                    401,
                    "UNAUTHENTICATED",
                    "Credential was not sent");
            assertError(new Rest(local.host(), "dapi0").get(path), 401, "UNAUTHENTICATED", "Invalid access token");
        }
        String databaseToken = rest.credential(local.endpoint());
        assertError(new Rest(local.host(), databaseToken).get("projects"), 401, "UNAUTHENTICATED", "Invalid");
    }

    @Test
    void meIsTheCaller() {
        assertThat(rest.get("/api/2.0/preview/scim/v2/Me").text("/userName")).isEqualTo(local.user());
        String access = OAuth.accessTokenByForm(
                        local,
                        "grant_type=client_credentials&client_id=" + local.clientId() + "&client_secret="
                                + local.clientSecret())
                .expect(200)
                .text("/access_token");
        assertThat(new Rest(local.host(), access)
                        .get("/api/2.0/preview/scim/v2/Me")
                        .text("/userName"))
                .isEqualTo(local.clientId());
        OAuth.accessToken(local, local.clientId(), "wrong").expect(401);
        OAuth.accessTokenByForm(local, "grant_type=password").expect(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "\"x\"", "{\"spec\": ", "{} {}", "{\"a\":1,\"a\":2}", "nonsense"})
    void malformedBodyIs400(String body) {
        assertError(rest.post(BRANCHES + "?branch_id=malformed", body), 400, "MALFORMED_REQUEST", "parse");
    }

    @Test
    void oversizedBodyIsRefused() {
        Rest.Answer answer = Rest.send(HttpRequest.newBuilder(rest.uri(BRANCHES + "?branch_id=big"))
                .header("Authorization", "Bearer " + local.token())
                .POST(BodyPublishers.ofString("{\"x\": \"" + "y".repeat(1_100_000) + "\"}")));
        assertError(answer, 413, "REQUEST_LIMIT_EXCEEDED", "larger than");
    }

    @Test
    void deeplyNestedBodyIs400() {
        assertError(rest.post(BRANCHES + "?branch_id=deep", "[".repeat(100_000)), 400, "MALFORMED_REQUEST", "parse");
    }

    @Test
    void logNamesCallsAndLoginsButNoSecret() throws Exception {
        String token = rest.credential(local.endpoint());
        Pg.connect(local, rest.gatewayPort(local.endpoint()), local.user(), token)
                .close();
        eventually(
                Duration.ofSeconds(5),
                () -> assertThat(SharedLocal.LOG)
                        .anyMatch(line -> line.contains("POST /api/2.0/postgres/credentials 200"))
                        .anyMatch(line -> line.contains("login " + local.user() + " to databricks_postgres")));
        assertThat(SharedLocal.LOG)
                .noneMatch(line -> line.contains(token) || line.contains(local.token()))
                .noneMatch(line -> line.contains(local.clientSecret()));
    }

    @Test
    void pathWithALineBreakMakesNoLogLineOfItsOwn() {
        rest.get("/forged%0A12:00:00.000%1B%5B2J").expect(404);
        eventually(
                Duration.ofSeconds(5),
                () -> assertThat(SharedLocal.LOG).anyMatch(line -> line.contains("GET /forged")));
        assertThat(SharedLocal.LOG).noneMatch(line -> line.chars().anyMatch(Character::isISOControl));
    }

    @Test
    void roleNameThatPostgresCanNotHaveIs400() {
        for (String name : new String[] {"none", "pg_x", "cloud_admin", "a\\u0000b"}) {
            assertError(
                    rest.post(
                            BRANCHES + "/production/roles?role_id=badname",
                            "{\"spec\": {\"postgres_role\": \"" + name + "\"}}"),
                    400,
                    "INVALID_PARAMETER_VALUE",
                    "");
        }
    }
}
