package dev.lakebase.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Plain HTTP, with the bodies as they are written. */
final class HttpWire implements Wire {
    private final Rest rest;

    HttpWire(Rest rest) {
        this.rest = rest;
    }

    private Reply finished(Rest.Answer begun) {
        if (begun.status() != 200) {
            return new Reply(begun.status(), begun.json());
        }
        JsonNode done = rest.await(begun).json();
        return done.has("error") ? new Reply(0, done.path("error")) : new Reply(200, done.path("response"));
    }

    private static String below(String parent, String kind) {
        return parent.isEmpty() ? kind : parent + "/" + kind;
    }

    private static String idParameter(String kind) {
        return switch (kind) {
            case "branches" -> "branch_id";
            default -> kind.substring(0, kind.length() - 1) + "_id";
        };
    }

    @Override
    public Reply create(String parent, String kind, String id, String body, boolean replaceExisting) {
        return finished(rest.post(
                below(parent, kind) + "?" + idParameter(kind) + "=" + id
                        + (replaceExisting ? "&replace_existing=true" : ""),
                body));
    }

    @Override
    public Reply get(String name) {
        Rest.Answer answer = rest.get(name);
        return new Reply(answer.status(), answer.json());
    }

    @Override
    public List<JsonNode> list(String parent, String kind, boolean showDeleted) {
        var all = new ArrayList<JsonNode>();
        String token = "";
        do {
            JsonNode page = rest.get(below(parent, kind) + "?page_size=2&page_token=" + token
                            + (showDeleted ? "&show_deleted=true" : ""))
                    .expect(200)
                    .json();
            page.path(kind).forEach(all::add);
            token = page.path("next_page_token").asText();
        } while (!token.isEmpty());
        return all;
    }

    @Override
    public Reply update(String name, String mask, String body) {
        return finished(rest.call("PATCH", name + "?update_mask=" + mask, body));
    }

    @Override
    public Reply delete(String name, boolean purge) {
        return finished(rest.delete(name + (purge ? "?purge=true" : "")));
    }

    @Override
    public Reply deleteRole(String name, String heir) {
        return finished(rest.delete(name + "?reassign_owned_to=" + heir));
    }

    @Override
    public Reply undelete(String name) {
        return finished(rest.post(name + "/undelete", ""));
    }

    @Override
    public Reply credential(String body) {
        Rest.Answer answer = rest.post("credentials", body);
        return new Reply(answer.status(), answer.json());
    }
}
