package dev.lakebase.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** A way to the control plane. Mutations return when their operation is done, with the resource that it answers. */
interface Wire {
    /**
     * What came back.
     *
     * @param status HTTP status; of an operation that failed 0
     */
    record Reply(int status, JsonNode json) {
        Reply ok() {
            assertThat(status).as(json.toString()).isEqualTo(200);
            return this;
        }

        void refused(int expected, String code, String message) {
            assertThat(status).as(json.toString()).isEqualTo(expected);
            assertThat(json.path("error_code").asText()).isEqualTo(code);
            assertThat(json.path("message").asText()).contains(message);
        }

        String text(String pointer) {
            return json.at(pointer).asText();
        }
    }

    /**
     * A POST.
     *
     * @param parent of the new resource; empty at the top
     * @param kind such as branches
     * @param body the inner resource
     */
    Reply create(String parent, String kind, String id, String body, boolean replaceExisting);

    Reply get(String name);

    /** All of them, read in pages of two. */
    List<JsonNode> list(String parent, String kind, boolean showDeleted);

    Reply update(String name, String mask, String body);

    Reply delete(String name, boolean purge);

    Reply deleteRole(String name, String heir);

    Reply undelete(String name);

    Reply credential(String body);

    default Reply create(String parent, String kind, String id, String body) {
        return create(parent, kind, id, body, false);
    }
}
