package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.local.gateway.DatabaseTokens;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/2.0/database}: of the Provisioned tier the look-up of instances and their credentials. Every project is
 * an instance of its name, whose endpoint is that of the project's first branch.
 */
final class Instances {
    private static final String PREFIX = "/api/2.0/database";

    private final Platform platform;
    private final Credentials credentials;

    Instances(Platform platform, Credentials credentials) {
        this.platform = platform;
        this.credentials = credentials;
    }

    void addTo(Routes routes) {
        routes.add("GET", PREFIX + "/instances", this::list)
                .add("GET", PREFIX + "/instances:findByUid", this::findByUid)
                .add("GET", PREFIX + "/instances/{instance}", this::get)
                .add("POST", PREFIX + "/credentials", this::generate);
    }

    private List<ProjectNode> visible(Call call) {
        return platform.tree().projects().stream()
                .filter(project -> platform.access().mayUse(call.caller(), project))
                .toList();
    }

    private JsonNode list(Call call) {
        return platform.tree()
                .locked(() -> Pages.of(call, visible(call), project -> project.id)
                        .toJson("database_instances", Instances::toJson));
    }

    private JsonNode get(Call call) {
        return platform.tree().locked(() -> {
            String name = call.path("instance");
            platform.access().requireUse(call.caller(), name);
            return toJson(require(
                    platform.tree().projects().stream()
                            .filter(project -> project.id.equals(name))
                            .findFirst()
                            .orElse(null),
                    name));
        });
    }

    private JsonNode findByUid(Call call) {
        String uid = call.query("uid");
        if (uid.isEmpty()) {
            throw ApiException.required("uid");
        }
        return platform.tree()
                .locked(() -> toJson(require(
                        visible(call).stream()
                                .filter(project -> project.uid.equals(uid))
                                .findFirst()
                                .orElse(null),
                        uid)));
    }

    private static ProjectNode require(@Nullable ProjectNode project, String name) {
        if (project == null) {
            throw new ApiException(404, "NOT_FOUND", "Database instance '" + name + "' not found.");
        }
        return project;
    }

    private JsonNode generate(Call call) {
        ObjectNode body = call.json();
        JsonNode names = body.path("instance_names");
        if (names.isEmpty()) {
            throw ApiException.required("instance_names");
        }
        platform.tree().change(() -> {
            for (JsonNode name : names) {
                platform.access().requireUse(call.caller(), name.asText());
                if (platform.tree().isFree(name.asText())) {
                    require(null, name.asText());
                }
            }
        });
        DatabaseTokens.Issued issued = credentials.issue(call.caller(), body, PREFIX + "/credentials");
        return Json.object()
                .put("token", issued.token())
                .put("expiration_time", issued.expireTime().toString());
    }

    private static ObjectNode toJson(ProjectNode project) {
        BranchNode root = project.branches.get(ProjectNode.DEFAULT_BRANCH);
        EndpointNode endpoint = root == null ? null : root.endpoints.get(EndpointNode.PRIMARY);
        EndpointNode.Door door = endpoint == null ? null : endpoint.door();
        boolean stopped = endpoint != null && endpoint.disabled;
        ObjectNode json = Json.object()
                .put("name", project.id)
                .put("uid", project.uid)
                .put("creator", project.owner)
                .put("creation_time", project.createTime.toString())
                .put("capacity", "CU_1")
                .put("effective_capacity", "CU_1")
                .put("pg_version", "PG_VERSION_" + project.pgVersion)
                .put("effective_stopped", stopped)
                .put("effective_enable_pg_native_login", project.nativeLogin)
                .put("effective_retention_window_in_days", project.historyRetention.toDays())
                .put("state", door == null ? "STARTING" : stopped ? "STOPPED" : "AVAILABLE");
        if (door != null) {
            json.put("read_write_dns", "localhost:" + door.gateway().port());
        }
        return json;
    }
}
