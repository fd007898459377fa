package dev.lakebase.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Plain HTTP with literal JSON: what a client sees that nobody wrote for this server. */
final class Rest {
    static final String PREFIX = "/api/2.0/postgres/";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final URI host;
    private final String token;

    record Answer(int status, JsonNode json) {
        Answer expect(int expected) {
            assertThat(status).as(json.toString()).isEqualTo(expected);
            return this;
        }

        /** The platform's error shape. */
        void expectError(int expected, String code, String message) {
            expect(expected);
            assertThat(text("/error_code")).isEqualTo(code);
            assertThat(text("/message")).contains(message);
        }

        String text(String pointer) {
            return json.at(pointer).asText();
        }
    }

    Rest(LakebaseLocal local) {
        this(local.host(), local.token());
    }

    Rest(URI host, String token) {
        this.host = host;
        this.token = token;
    }

    Answer get(String path) {
        return call("GET", path, "");
    }

    Answer post(String path, String body) {
        return call("POST", path, body);
    }

    Answer delete(String path) {
        return call("DELETE", path, "");
    }

    Answer call(String method, String path, String body) {
        return send(HttpRequest.newBuilder(uri(path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
    }

    URI uri(String path) {
        return host.resolve(path.startsWith("/") ? path : PREFIX + path);
    }

    static Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    HTTP.send(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
            assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
            return new Answer(response.statusCode(), JSON.readTree(response.body()));
        } catch (IOException e) {
            throw new AssertionError("no answer from " + request.build().uri(), e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** Polls until the operation is done. */
    Answer await(Answer operation) {
        operation.expect(200);
        var current = new Answer[] {operation};
        Eventually.eventually(Duration.ofMinutes(1), () -> {
            current[0] = get(operation.text("/name")).expect(200);
            assertThat(current[0].json.path("done").asBoolean()).isTrue();
        });
        return current[0];
    }

    /** Polls until the operation is done, and well. */
    Answer succeed(Answer operation) {
        Answer done = await(operation);
        assertThat(done.json.path("error").isMissingNode())
                .as(done.json.toString())
                .isTrue();
        return done;
    }

    void createBranch(String id, String parent) {
        succeed(post("projects/local/branches?branch_id=" + id, """
                {"spec": {"source_branch": "projects/local/branches/%s", "ttl": "3600s"}}""".formatted(parent)));
    }

    void deleteBranch(String id) {
        succeed(delete("projects/local/branches/" + id + "?purge=true"));
    }

    String credential(String endpoint) {
        return post("credentials", "{\"endpoint\": \"" + endpoint + "\"}")
                .expect(200)
                .text("/token");
    }

    int gatewayPort(String endpoint) {
        String host = get(endpoint).expect(200).text("/status/hosts/host");
        assertThat(host).startsWith("localhost:");
        return Integer.parseInt(host.substring("localhost:".length()));
    }
}
