package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The query parameter that names what a PATCH changes. What the body carries besides is ignored. */
final class UpdateMask {
    /** Groups of which a spec carries one field; a mask names the group, never the field. */
    private static final Map<String, List<String>> GROUPS = Map.of(
            "expiration", List.of("ttl", "expire_time", "no_expiry"),
            "suspension", List.of("suspend_timeout_duration", "no_suspension"));

    private final Set<String> paths;

    private UpdateMask(Set<String> paths) {
        this.paths = paths;
    }

    /** No mask means the whole spec. What is named must be known, and given in the body. */
    static UpdateMask of(Call call, ObjectNode body, Set<String> known) {
        var paths = new LinkedHashSet<String>();
        for (String path : call.query("update_mask").split(",", -1)) {
            String trimmed = path.strip();
            if (trimmed.equals("*")) {
                paths.add("spec");
            } else if (known.contains(trimmed)) {
                paths.add(trimmed);
            } else if (!trimmed.isEmpty()) {
                throw ApiException.invalid("Unknown field path in update_mask: '" + trimmed + "'");
            }
        }
        for (String path : paths) {
            // a whole message may be left out; a field of one may not
            if (path.contains(".") && !isProvided(body, path)) {
                throw ApiException.invalid("Field '" + path + "' is in update_mask but not provided in request");
            }
        }
        return new UpdateMask(paths.isEmpty() ? Set.of("spec") : paths);
    }

    /** Every field of the spec that is given. */
    static UpdateMask all() {
        return new UpdateMask(Set.of("spec"));
    }

    /** As {@link #all}, and the specs of what comes into being with a project. */
    static UpdateMask ofSpecs() {
        return new UpdateMask(Set.of("spec", "initial_endpoint_spec"));
    }

    /** Whether a field, a group or anything around it is named. */
    boolean covers(String path) {
        for (String current = path; !current.isEmpty(); ) {
            if (paths.contains(current)) {
                return true;
            }
            current = current.contains(".") ? current.substring(0, current.lastIndexOf('.')) : "";
        }
        return false;
    }

    private static boolean isProvided(ObjectNode body, String path) {
        int dot = path.lastIndexOf('.');
        JsonNode around = body;
        for (String field : path.substring(0, dot).split("\\.", -1)) {
            around = around.path(field);
        }
        String last = path.substring(dot + 1);
        JsonNode parent = around;
        return GROUPS.getOrDefault(last, List.of(last)).stream().anyMatch(parent::hasNonNull);
    }
}
