package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.UUID;

/**
 * A Unity Catalog catalog that stands for one database of a branch.
 *
 * @param id {@code catalogs/…} without the prefix
 * @param branch resource name
 * @param database the name in Postgres
 */
record CatalogNode(String id, String uid, BranchName branch, String database, Instant createTime) {
    static CatalogNode of(String id, BranchName branch, String database, Instant now) {
        return new CatalogNode(id, UUID.randomUUID().toString(), branch, database, now);
    }

    String name() {
        return "catalogs/" + id;
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object()
                .put("name", name())
                .put("catalog_id", id)
                .put("uid", uid)
                .put("create_time", createTime.toString())
                .put("update_time", createTime.toString());
        json.putObject("status")
                .put("branch", branch.toString())
                .put("postgres_database", database)
                .put("project", branch.projectName());
        return json;
    }

    ObjectNode save() {
        return Json.object()
                .put("id", id)
                .put("uid", uid)
                .put("branch", branch.toString())
                .put("database", database)
                .put("create_time", createTime.toString());
    }

    static CatalogNode load(ObjectNode saved) {
        return new CatalogNode(
                Json.require(saved, "id"),
                Json.require(saved, "uid"),
                BranchName.parse("branch", Json.require(saved, "branch")),
                Json.require(saved, "database"),
                Instant.parse(Json.require(saved, "create_time")));
    }
}
