package dev.lakebase.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lakebase.local.faults.HttpFault;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The rules of {@code contract.md} that are about the wire itself. */
@Tag("contract")
@ExtendWith(ContractTarget.Extension.class)
class HttpContractTest {
    private static final String AN_HOUR = "{\"spec\": {\"ttl\": \"3600s\"}}";

    private ContractTarget target;
    private Rest rest;
    private String branches;
    private String id;

    @BeforeEach
    void open(ContractTarget opened) {
        target = opened;
        rest = target.rest();
        branches = target.project() + "/branches";
        id = target.prefix() + "wire";
    }

    @AfterEach
    void remove() {
        if (rest.get(branches + "/" + id).status() == 200) {
            rest.await(rest.delete(branches + "/" + id + "?purge=true"));
        }
    }

    private Rest.Answer create(String body) {
        return rest.post(branches + "?branch_id=" + id, body);
    }

    @Test
    @Checks("operation")
    void mutationIsAnOperation() {
        Rest.Answer begun = create(AN_HOUR).expect(200);
        assertThat(begun.text("/name")).startsWith(branches + "/" + id + "/operations/");
        assertThat(begun.text("/metadata/@type"))
                .startsWith("type.googleapis.com/")
                .endsWith("OperationMetadata");
        assertThat(begun.json().path("done").isBoolean()).isTrue();
        Rest.Answer done = rest.await(begun);
        assertThat(done.json().path("done").booleanValue()).isTrue();
        assertThat(done.json().has("error")).isFalse();
        assertThat(done.text("/response/name")).isEqualTo(branches + "/" + id);
    }

    @Test
    @Checks("query")
    void idsAreQueryParameters() {
        rest.post(branches, "{\"branch_id\": \"" + id + "\", \"spec\": {\"ttl\": \"3600s\"}}")
                .expectError(400, "INVALID_PARAMETER_VALUE", "branch_id");
        rest.post(branches + "?branch_id=" + id, "{\"branch\": " + AN_HOUR + "}")
                .expectError(400, "INVALID_PARAMETER_VALUE", "Exactly one of");
    }

    @Test
    @Checks("data-api")
    void whatIsNotHereSaysSo() {
        String database = branches + "/production/databases/databricks-postgres";
        rest.get(database + "/data-api").expectError(501, "NOT_IMPLEMENTED", "Data API is not available");
        rest.post(database + "/cdf-configs?cdf_config_id=x", "{}").expectError(501, "NOT_IMPLEMENTED", "not available");
    }

    @Test
    @Checks("status-not-spec")
    void getHasNoSpec() {
        rest.succeed(create(AN_HOUR));
        String branch = branches + "/" + id;
        for (String name : new String[] {target.project(), branch, branch + "/endpoints/primary"}) {
            JsonNode found = rest.get(name).expect(200).json();
            assertThat(found.has("spec")).as(name).isFalse();
            assertThat(found.path("status").isObject()).as(name).isTrue();
        }
        for (String kind : new String[] {"roles", "databases"}) {
            JsonNode first =
                    rest.get(branch + "/" + kind).expect(200).json().path(kind).path(0);
            assertThat(first.has("spec")).as(kind).isFalse();
            assertThat(first.path("status").isObject()).as(kind).isTrue();
        }
    }

    @Test
    @Checks("no-such-calls")
    void noSuchCalls() {
        rest.succeed(create(AN_HOUR));
        for (String verb : new String[] {"reset", "restore", "start", "suspend", "archive", "cancel"}) {
            assertThat(rest.post(branches + "/" + id + "/" + verb, "{}").status())
                    .as(verb)
                    .isEqualTo(404);
            assertThat(rest.post(branches + "/" + id + "/endpoints/primary/" + verb, "{}")
                            .status())
                    .as(verb)
                    .isEqualTo(404);
        }
    }

    @Test
    @Checks("list-shape")
    void listHasTheFieldOfItsKind() {
        JsonNode all = rest.get(branches).expect(200).json();
        assertThat(all.path("branches").isArray()).isTrue();
        rest.succeed(create(AN_HOUR));
        JsonNode page = rest.get(branches + "?page_size=1").expect(200).json();
        assertThat(page.path("branches").size()).isEqualTo(1);
        assertThat(page.path("next_page_token").asText()).isNotEmpty();
        assertThat(rest.get(branches + "/" + id + "/endpoints")
                        .expect(200)
                        .json()
                        .has("next_page_token"))
                .isFalse();
    }

    @Test
    @Checks("error-shape")
    void errorHasCodeAndMessage() {
        JsonNode error = rest.get(branches + "/nothere").expect(404).json();
        assertThat(error.path("error_code").asText()).isEqualTo("NOT_FOUND");
        assertThat(error.path("message").asText()).matches("branch id not found \\[TraceId: .+]");
    }

    @Test
    @Checks("empty")
    void deletionAnswersEmpty() {
        rest.succeed(create(AN_HOUR));
        Rest.Answer gone = rest.succeed(rest.delete(branches + "/" + id + "?purge=true"));
        assertThat(gone.text("/response/@type")).isEqualTo("type.googleapis.com/google.protobuf.Empty");
    }

    @Test
    @Checks("unknown-fields")
    void unknownFieldsAreIgnored() {
        rest.succeed(create("{\"spec\": {\"ttl\": \"3600s\", \"colour\": [1]}, \"more\": {\"x\": null}}"));
        rest.get(branches + "/" + id + "?fields=all").expect(200);
    }

    @Test
    @Checks("malformed")
    void malformedBodyIsRefused() {
        for (String body : new String[] {"{", "[]", "nonsense", "{\"spec\": 7}", "{\"spec\": {\"ttl\": 60}}"}) {
            Rest.Answer answer = create(body).expect(400);
            assertThat(answer.text("/error_code")).isIn("MALFORMED_REQUEST", "INVALID_PARAMETER_VALUE");
            assertThat(answer.text("/message")).isNotEmpty();
        }
        rest.get(branches + "/" + id).expect(404);
    }

    @Test
    @Checks("delete-root")
    void rootBranchIsManagedByItsProject() {
        assertManagedByParent(rest.delete(branches + "/production"));
    }

    @Test
    @Checks("delete-read-write")
    void readWriteEndpointIsManagedByItsBranch() {
        rest.succeed(create(AN_HOUR));
        assertManagedByParent(rest.delete(branches + "/" + id + "/endpoints/primary"));
    }

    private static void assertManagedByParent(Rest.Answer answer) {
        answer.expect(400);
        assertThat(answer.text("/error_code")).isEqualTo("BAD_REQUEST");
        assertThat(answer.text("/details/0/@type")).isEqualTo("type.googleapis.com/google.rpc.ErrorInfo");
        assertThat(answer.text("/details/0/metadata/declarative_context")).isEqualTo("MANAGED_BY_PARENT");
    }

    @Test
    @Checks("reconciliation")
    void whatIsUnderWayIsInReconciliation() {
        // more at once than are copied at once, so the last one is not ready yet
        var begun = new ArrayList<Rest.Answer>();
        for (int i = 0; i < 6; i++) {
            begun.add(rest.post(branches + "?branch_id=" + id + i, AN_HOUR).expect(200));
        }
        rest.delete(branches + "/" + id + "5?purge=true").expectError(409, "ABORTED", "reconciliation");
        for (int i = 0; i < 6; i++) {
            rest.succeed(begun.get(i));
            rest.succeed(rest.delete(branches + "/" + id + i + "?purge=true"));
        }
    }

    @Test
    @Checks("overload")
    void overloadSaysWhenToComeBack() throws Exception {
        for (int status : new int[] {429, 503}) {
            try (var struck = target.local()
                    .faults()
                    .inject(HttpFault.status(status)
                            .retryAfter(Duration.ofSeconds(7))
                            .on("GET", "projects/*/branches")
                            .times(1))) {
                var answer = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(rest.uri(branches))
                                        .header(
                                                "Authorization",
                                                "Bearer " + target.local().token())
                                        .build(),
                                BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(status);
                assertThat(answer.headers().firstValue("Retry-After")).hasValue("7");
                assertThat(answer.body()).contains(status == 429 ? "RESOURCE_EXHAUSTED" : "TEMPORARILY_UNAVAILABLE");
                assertThat(struck.strikes()).isOne();
            }
        }
    }

    @Test
    @Checks("ttl-form")
    void ttlIsInSeconds() {
        for (String ttl : new String[] {"1h", "60", "-60s", "PT1H", "s"}) {
            create("{\"spec\": {\"ttl\": \"" + ttl + "\"}}").expectError(400, "INVALID_PARAMETER_VALUE", "ttl");
        }
    }

    @Test
    @Checks("me")
    void meIsTheCaller() {
        assertThat(rest.get("/api/2.0/preview/scim/v2/Me").expect(200).text("/userName"))
                .isNotEmpty();
    }
}
