package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** A mutation that goes on after its call was answered. Thread-safe. */
final class Operation {
    private static final String TYPE = "type.googleapis.com/databricks.postgres.v1.";

    private final String name;
    private final String kind;
    private volatile @Nullable Outcome outcome;

    private record Outcome(
            @Nullable ObjectNode response, @Nullable ApiException error) {}

    /** @param kind the resource's message name, such as Branch */
    Operation(String name, String kind) {
        this.name = name;
        this.kind = kind;
    }

    String name() {
        return name;
    }

    /** Ends it with the resource as it is now, or with null after a deletion. */
    void succeed(@Nullable ObjectNode resource) {
        ObjectNode response = Json.object();
        if (resource == null) {
            response.put("@type", "type.googleapis.com/google.protobuf.Empty");
        } else {
            response.put("@type", TYPE + kind).setAll(resource);
        }
        outcome = new Outcome(response, null);
    }

    void fail(ApiException error) {
        outcome = new Outcome(null, error);
    }

    ObjectNode toJson() {
        Outcome end = outcome;
        ObjectNode json = Json.object().put("name", name).put("done", end != null);
        json.putObject("metadata").put("@type", TYPE + kind + "OperationMetadata");
        if (end != null && end.response != null) {
            json.set("response", end.response);
        } else if (end != null && end.error != null) {
            json.set("error", end.error.toJson());
        }
        return json;
    }
}
