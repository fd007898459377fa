package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lakebase.local.gateway.Compute;
import dev.lakebase.local.storage.Cluster;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** {@code /api/2.0/postgres/projects/…/branches/…/endpoints}. */
final class Endpoints {
    private static final String ALL = ApiServer.PREFIX + "/projects/{project}/branches/{branch}/endpoints";
    private static final String ONE = ALL + "/{endpoint}";
    private static final Set<String> MASKS = Set.of(
            "spec",
            "spec.autoscaling_limit_max_cu",
            "spec.autoscaling_limit_min_cu",
            "spec.disabled",
            "spec.group.enable_readable_secondaries",
            "spec.group.max",
            "spec.group.min",
            "spec.settings.pg_settings",
            "spec.suspension");

    private final Platform platform;

    Endpoints(Platform platform) {
        this.platform = platform;
    }

    void addTo(Routes routes) {
        routes.add("GET", ALL, this::list)
                .add("POST", ALL, this::create)
                .add("GET", ONE, this::get)
                .add("PATCH", ONE, this::update)
                .add("DELETE", ONE, this::delete);
    }

    private JsonNode list(Call call) {
        return platform.tree()
                .locked(() -> Pages.of(call, branch(call).endpoints.values(), endpoint -> endpoint.id)
                        .map(EndpointNode::view))
                .toJson("endpoints", EndpointNode.View::toJson);
    }

    private JsonNode get(Call call) {
        return platform.tree().locked(() -> find(call).view()).toJson();
    }

    private BranchNode branch(Call call) {
        return platform.tree().branch(call.path("project"), call.path("branch"));
    }

    private EndpointNode find(Call call) {
        return platform.tree().endpoint(call.path("project"), call.path("branch"), call.path("endpoint"));
    }

    private JsonNode create(Call call) {
        platform.tree().change(() -> branch(call));
        String id = Ids.require("endpoint_id", call.query("endpoint_id"));
        EndpointSpec spec = EndpointSpec.of(Json.child(call.json(), "spec"));
        boolean replace = call.isSet("replace_existing");
        EndpointNode.Type type = spec.type();
        if (type == null) {
            throw ApiException.required("endpoint.spec.endpoint_type");
        }
        return platform.tree()
                .locked(() -> {
                    BranchNode branch = branch(call);
                    EndpointNode existing = branch.endpoints.get(id);
                    if (existing != null) {
                        if (!replace) {
                            throw ApiException.alreadyExists("endpoint with such id already exists");
                        }
                        if (existing.type != type) {
                            throw ApiException.badRequest("the type of an endpoint cannot be changed: "
                                    + existing.name() + " is " + existing.type.wireName());
                        }
                        return change(existing, spec, UpdateMask.all());
                    }
                    Cluster cluster = branch.usableCluster();
                    if (type == EndpointNode.Type.READ_WRITE) {
                        throw ApiException.badRequest("branch already has a read-write endpoint");
                    }
                    platform.requireComputeQuota();
                    Instant now = platform.clock().instant();
                    ComputeSettings settings = spec.over(branch.project.settings, UpdateMask.all(), "spec.");
                    var endpoint = new EndpointNode(branch, id, type, settings, now);
                    endpoint.disabled = Boolean.TRUE.equals(spec.disabled());
                    branch.endpoints.put(id, endpoint);
                    Operation operation = platform.operations().register(endpoint.name(), "Endpoint");
                    return platform.operations()
                            .begin(
                                    operation,
                                    () -> open(endpoint, cluster),
                                    () -> platform.tree().change(() -> branch.endpoints.remove(id, endpoint)));
                })
                .toJson();
    }

    private ObjectNode open(EndpointNode endpoint, Cluster cluster) {
        EndpointNode.Door door = null;
        boolean opened = false;
        try {
            EndpointNode.Door made = platform.open(endpoint, cluster);
            door = made;
            opened = platform.tree().locked(() -> {
                if (endpoint.branch.deletion != null) {
                    return false; // its branch goes, and did not wait for a door that was not there yet
                }
                made.compute().disable(endpoint.disabled);
                endpoint.open(made);
                return true;
            });
        } finally {
            if (!opened) {
                platform.tree().change(() -> endpoint.branch.endpoints.remove(endpoint.id, endpoint));
                if (door != null) {
                    platform.close(door);
                }
            }
        }
        if (!opened) {
            throw ApiException.notFound("branch");
        }
        return platform.tree().locked(endpoint::view).toJson();
    }

    private JsonNode update(Call call) {
        ObjectNode body = call.json();
        UpdateMask mask = UpdateMask.of(call, body, MASKS);
        EndpointSpec spec = EndpointSpec.of(Json.child(body, "spec"));
        return platform.tree().locked(() -> change(find(call), spec, mask)).toJson();
    }

    /** Under the tree's lock. */
    private Operation change(EndpointNode endpoint, EndpointSpec spec, UpdateMask mask) {
        Compute compute = endpoint.requireDoor().compute();
        ComputeSettings old = endpoint.settings;
        ComputeSettings wanted = spec.over(old, mask, "spec.");
        endpoint.settings = wanted;
        int maxConnections = wanted.maxConnections();
        boolean resized = maxConnections != old.maxConnections();
        Boolean disabled = spec.disabled();
        if (disabled != null && mask.covers("spec.disabled")) {
            endpoint.disabled = disabled;
        }
        endpoint.updateTime = platform.clock().instant();
        boolean off = endpoint.disabled;
        // here, not in the operation: those of two calls may run in any order
        compute.disable(off);
        Operation operation = platform.operations().register(endpoint.name(), "Endpoint");
        return platform.operations()
                .begin(
                        operation,
                        () -> {
                            if (resized) {
                                compute.resize(maxConnections);
                            } else if (off) {
                                compute.suspend();
                            }
                            return platform.tree().locked(endpoint::view).toJson();
                        },
                        () -> platform.tree().change(() -> replace(endpoint, wanted, old)));
    }

    /** So that the same call can be repeated; unless another has come since. */
    private static void replace(EndpointNode endpoint, ComputeSettings wanted, ComputeSettings old) {
        if (endpoint.settings.equals(wanted)) {
            endpoint.settings = old;
        }
    }

    private JsonNode delete(Call call) {
        return platform.tree()
                .locked(() -> {
                    EndpointNode endpoint = find(call);
                    if (endpoint.type == EndpointNode.Type.READ_WRITE) {
                        throw ApiException.managedByParent("Cannot delete read-write endpoint '" + endpoint.name()
                                + "'. Read-write endpoints cannot be deleted.");
                    }
                    EndpointNode.Door door = endpoint.requireDoor();
                    endpoint.deleting = true;
                    Operation operation = platform.operations().register(endpoint.name(), "Endpoint");
                    return platform.operations()
                            .begin(
                                    operation,
                                    () -> {
                                        close(endpoint, door);
                                        return null;
                                    },
                                    () -> platform.tree().change(() -> endpoint.deleting = false));
                })
                .toJson();
    }

    private void close(EndpointNode endpoint, EndpointNode.Door door) {
        try {
            platform.close(door);
        } finally {
            platform.tree().change(() -> endpoint.branch.endpoints.remove(endpoint.id, endpoint));
        }
    }

    private record Idle(Compute compute, Duration timeout, String name) {}

    /** Puts computes to sleep that have been idle for long enough. Blocks for a query, and for the stop of each. */
    void suspendIdle() {
        List<Idle> candidates = platform.tree()
                .locked(() -> platform.tree().branches().stream()
                        .filter(branch -> branch.state == BranchNode.State.READY && branch.deletion == null)
                        .flatMap(branch -> branch.endpoints.values().stream())
                        .filter(endpoint -> endpoint.door() != null && !endpoint.settings.noSuspension())
                        .map(endpoint -> new Idle(
                                endpoint.requireOpenDoor().compute(),
                                endpoint.settings.suspendTimeout(),
                                endpoint.name()))
                        .toList());
        for (Idle idle : candidates) {
            if (idle.compute.suspendIfIdle(idle.timeout)) {
                platform.gateways()
                        .log()
                        .accept(idle.name + ": suspended after " + Json.duration(idle.timeout) + " without work");
            }
        }
    }

    /** Suspends one compute now, by the endpoint's resource name. Blocks until it has stopped. */
    void suspend(String name) {
        String[] parts = name.split("/", -1);
        if (parts.length != 6
                || !parts[0].equals("projects")
                || !parts[2].equals("branches")
                || !parts[4].equals("endpoints")) {
            throw new IllegalArgumentException(
                    "endpoint is \"" + name + "\", expected \"projects/…/branches/…/endpoints/…\"");
        }
        Compute compute;
        try {
            compute = platform.tree()
                    .locked(() -> platform.tree()
                            .endpoint(parts[1], parts[3], parts[5])
                            .requireDoor()
                            .compute());
        } catch (ApiException e) {
            throw new IllegalArgumentException("endpoint \"" + name + "\": " + e.getMessage(), e);
        }
        compute.suspend();
    }
}
