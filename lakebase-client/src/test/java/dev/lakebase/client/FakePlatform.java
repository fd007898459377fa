package dev.lakebase.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.client.credential.RefreshPolicy;
import dev.lakebase.client.internal.Answer;
import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Json;
import dev.lakebase.client.internal.Transport;
import dev.lakebase.client.internal.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The branches of one project, in memory and in virtual time, with the power to stop the process that talks to it between
 * any two calls. It refuses nothing that the client should refuse, and remembers what it was asked to do.
 */
final class FakePlatform {
    static final String PROJECT = "projects/shop";

    /** What the platform takes for a create, a delete and the operations of both. */
    private static final Duration WORK = Duration.ofSeconds(3);

    private static final Pattern PATH =
            Pattern.compile("/api/2.0/postgres/projects/shop/branches(?:/([a-z0-9-]+))?(/[^?]*)?(?:\\?(.*))?");

    final VirtualTime time;
    final Map<String, Node> branches = new LinkedHashMap<>();
    final List<Node> tombstones = new ArrayList<>();
    final List<String> mutations = new ArrayList<>();
    boolean tombstonesKeepTheirIds;
    boolean failDeletes;
    boolean failCreates;
    boolean refuseCreates;

    /** Until then nothing answers, whatever it does. */
    Instant outUntil = Instant.MIN;

    /** Happens just before a create arrives. */
    Runnable somebodyFaster = () -> {};

    final List<AuditEvent> audited = new ArrayList<>();

    /** The thread that asked for each of them. */
    final List<Thread> askedBy = new ArrayList<>();

    private final Map<String, Instant> operations = new HashMap<>();
    private int created;
    private int calls;
    private boolean died;

    FakePlatform(VirtualTime time) {
        this.time = time;
    }

    static final class Node {
        String id;
        String uid;
        String source;
        Instant createdAt;
        Instant readyAt;
        Instant expiresAt;
        Instant goneAt;
        boolean isDefault;
        boolean isProtected;
        final List<String> roles = new ArrayList<>(List.of("owner"));
        final List<String> replicas = new ArrayList<>();

        @Override
        public String toString() {
            return id + "/" + uid + "/" + source + "/" + expiresAt + "/" + isProtected + "/" + goneAt;
        }
    }

    /** A branch that is ready, is an hour and more old, and expires tomorrow. */
    Node put(String id, String source) {
        Node node = new Node();
        node.id = id;
        node.uid = "br-" + ++created;
        node.source = source;
        node.createdAt = time.instant().minus(Duration.ofHours(2));
        node.readyAt = node.createdAt;
        node.expiresAt = source == null ? null : time.instant().plus(Duration.ofDays(1));
        node.isDefault = id.equals("production");
        branches.put(id, node);
        return node;
    }

    Node live(String id) {
        settle();
        return branches.get(id);
    }

    /** A client of its own process, which dies after so many calls. */
    LakebaseClient client(int callsUntilItDies) {
        calls = 0;
        died = false;
        Wire wire = new Wire() {
            @Override
            public CompletableFuture<Answer> exchange(Call call) {
                if (calls++ >= callsUntilItDies) {
                    died = true;
                    return CompletableFuture.failedFuture(
                            new UnavailableException("the process has died", ErrorDetails.NONE, null, false));
                }
                return CompletableFuture.completedFuture(answer(call));
            }

            @Override
            public void close() {}
        };
        Transport transport = new Transport(wire, time, new SplittableRandom(7));
        return new LakebaseClient(
                new ControlPlane(transport, Duration.ofSeconds(10), new Recorder()), RefreshPolicy.LAZY);
    }

    private final class Recorder implements AuditListener {
        @Override
        public void onMutation(AuditEvent event) {
            audited.add(event);
        }

        @Override
        public AuditListener ofCallingThread() {
            Thread asking = Thread.currentThread();
            return event -> {
                askedBy.add(asking);
                onMutation(event);
            };
        }
    }

    /** Whether the last client did. */
    boolean died() {
        return died;
    }

    LakebaseClient client() {
        return client(Integer.MAX_VALUE);
    }

    private Answer answer(Call call) {
        Answer answer = isOut() ? null : answerOf(call);
        return isOut() ? error(503, "TEMPORARILY_UNAVAILABLE", "down for a while") : answer;
    }

    private boolean isOut() {
        return time.instant().isBefore(outUntil);
    }

    private Answer answerOf(Call call) {
        settle();
        Matcher path = PATH.matcher(call.path());
        if (!path.matches()) {
            return error(404, "NOT_FOUND", "no such path");
        }
        String id = path.group(1);
        String rest = path.group(2) == null ? "" : path.group(2);
        String query = path.group(3) == null ? "" : path.group(3);
        if (id == null) {
            return call.method().equals("POST") ? create(query, call.body()) : list(query);
        }
        if (rest.startsWith("/operations/")) {
            return operation(PROJECT + "/branches/" + id + rest);
        }
        Node node = branches.get(id);
        if (rest.equals("/undelete")) {
            return undelete(id);
        }
        if (call.method().equals("DELETE") && query.equals("purge=true") && node == null) {
            mutations.add("PURGE " + id);
            tombstones.removeIf(tombstone -> tombstone.id.equals(id));
            return begin(id, "purge");
        }
        if (node == null) {
            return error(404, "NOT_FOUND", "branch id not found");
        }
        return switch (call.method() + rest) {
            case "GET" -> ok(json(node));
            case "GET/endpoints" -> endpoints(node);
            case "GET/roles" -> roles(node);
            case "DELETE" -> failDeletes ? error(500, "INTERNAL_ERROR", "oops") : delete(node, query);
            case "PATCH" -> update(node, query, call.body().path("spec"));
            default -> error(404, "NOT_FOUND", "no such path");
        };
    }

    private Answer create(String query, JsonNode body) {
        if (failCreates) {
            return error(500, "INTERNAL_ERROR", "oops");
        }
        if (refuseCreates) {
            return error(429, "RESOURCE_EXHAUSTED", "slow down");
        }
        somebodyFaster.run();
        String id = query.substring("branch_id=".length());
        boolean taken = tombstonesKeepTheirIds && tombstones.stream().anyMatch(node -> node.id.equals(id));
        if (branches.containsKey(id) || taken) {
            return error(409, "ALREADY_EXISTS", "branch already exists");
        }
        JsonNode spec = body.path("spec");
        String source = spec.path("source_branch").asText().replaceAll(".*/", "");
        Node node = put(id, source);
        node.createdAt = time.instant();
        node.readyAt = time.instant().plus(WORK);
        expire(node, spec);
        mutations.add("CREATE " + id + " from " + source);
        return begin(id, "create");
    }

    private void expire(Node node, JsonNode spec) {
        if (spec.has("ttl")) {
            String ttl = spec.path("ttl").asText();
            node.expiresAt = time.instant().plusSeconds(Long.parseLong(ttl.substring(0, ttl.length() - 1)));
        } else if (spec.has("expire_time")) {
            node.expiresAt = Instant.parse(spec.path("expire_time").asText());
        } else if (spec.has("no_expiry")) {
            node.expiresAt = null;
        }
    }

    private Answer update(Node node, String query, JsonNode spec) {
        mutations.add("UPDATE " + node.id + " " + query + " " + spec);
        if (query.equals("update_mask=spec.expiration")) {
            expire(node, spec);
        } else {
            node.isProtected = spec.path("is_protected").asBoolean();
        }
        return begin(node.id, "update");
    }

    private Answer delete(Node node, String query) {
        mutations.add((query.isEmpty() ? "DELETE " : "PURGE ") + node.uid);
        node.goneAt = node.goneAt == null ? time.instant().plus(WORK) : node.goneAt;
        return begin(node.id, "delete");
    }

    private Answer undelete(String id) {
        Node found = tombstones.stream()
                .filter(node -> node.id.equals(id))
                .findFirst()
                .orElse(null);
        if (found == null) {
            return error(404, "NOT_FOUND", "branch id not found");
        }
        mutations.add("UNDELETE " + id);
        tombstones.remove(found);
        found.goneAt = null;
        branches.put(id, found);
        return begin(id, "undelete");
    }

    /** What is deleted, and what expired, is gone by now. */
    private void settle() {
        Instant now = time.instant();
        branches.values().removeIf(node -> {
            boolean gone = node.goneAt != null && !node.goneAt.isAfter(now);
            boolean expired = node.expiresAt != null && !node.expiresAt.isAfter(now);
            if (gone || expired) {
                node.goneAt = gone ? node.goneAt : node.expiresAt;
                tombstones.add(node);
            }
            return gone || expired;
        });
    }

    private Answer begin(String id, String verb) {
        String name = PROJECT + "/branches/" + id + "/operations/" + verb + "-" + operations.size();
        operations.put(name, time.instant().plus(WORK));
        return operation(name);
    }

    private Answer operation(String name) {
        Instant doneAt = operations.get(name);
        return doneAt == null
                ? error(404, "NOT_FOUND", "operation not found")
                : ok(Json.object().put("name", name).put("done", !doneAt.isAfter(time.instant())));
    }

    private Answer list(String query) {
        ObjectNode answer = Json.object();
        ArrayNode list = answer.putArray("branches");
        branches.values().forEach(node -> list.add(json(node)));
        if (query.equals("show_deleted=true")) {
            tombstones.forEach(node -> list.add(json(node)));
        }
        return ok(answer);
    }

    private ObjectNode json(Node node) {
        boolean deleted = node.goneAt != null && !node.goneAt.isAfter(time.instant());
        ObjectNode json = Json.object()
                .put("name", PROJECT + "/branches/" + node.id)
                .put("uid", node.uid)
                .put("create_time", node.createdAt.toString());
        ObjectNode status = json.putObject("status")
                .put("branch_id", node.id)
                .put("current_state", deleted ? "DELETED" : node.readyAt.isAfter(time.instant()) ? "INIT" : "READY")
                .put("default", node.isDefault)
                .put("is_protected", node.isProtected);
        if (node.source != null) {
            status.put("source_branch", PROJECT + "/branches/" + node.source);
        }
        if (node.expiresAt != null) {
            status.put("expire_time", node.expiresAt.toString());
        }
        if (deleted) {
            status.put("delete_time", node.goneAt.toString());
        }
        return json;
    }

    private Answer endpoints(Node node) {
        ObjectNode answer = Json.object();
        ArrayNode list = answer.putArray("endpoints");
        node.replicas.forEach(id -> endpoint(list.addObject(), node, id, "READ_ONLY"));
        endpoint(list.addObject(), node, "primary", "READ_WRITE");
        return ok(answer);
    }

    private void endpoint(ObjectNode json, Node node, String id, String type) {
        json.put("name", PROJECT + "/branches/" + node.id + "/endpoints/" + id).put("uid", "ep-" + node.uid);
        json.putObject("status")
                .put("current_state", node.readyAt.isAfter(time.instant()) ? "INIT" : "IDLE")
                .put("endpoint_type", "ENDPOINT_TYPE_" + type)
                .putObject("hosts")
                .put("host", "ep-" + node.uid + ".database.example.com");
    }

    private static Answer roles(Node node) {
        ObjectNode answer = Json.object();
        ArrayNode list = answer.putArray("roles");
        node.roles.forEach(role -> list.addObject()
                .put("name", PROJECT + "/branches/" + node.id + "/roles/" + role)
                .putObject("status")
                .put("postgres_role", role));
        return ok(answer);
    }

    private static Answer ok(ObjectNode body) {
        return new Answer(200, Map.of(), body.toString());
    }

    private static Answer error(int status, String code, String message) {
        return new Answer(
                status,
                Map.of(),
                Json.object().put("error_code", code).put("message", message).toString());
    }
}
