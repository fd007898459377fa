package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /api/2.0/postgres/catalogs}. */
final class Catalogs {
    private static final String ALL = ApiServer.PREFIX + "/catalogs";
    private static final String ONE = ALL + "/{catalog}";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,255}");

    private final Platform platform;
    /** Guarded by the tree's lock. */
    private final Map<String, CatalogNode> catalogs = new LinkedHashMap<>();

    Catalogs(Platform platform) {
        this.platform = platform;
    }

    void addTo(Routes routes) {
        routes.add("POST", ALL, this::create).add("GET", ONE, this::get).add("DELETE", ONE, this::delete);
    }

    /** Under the tree's lock. */
    @Nullable
    CatalogNode find(String id) {
        return catalogs.get(id);
    }

    private CatalogNode require(String id) {
        CatalogNode catalog = find(id);
        if (catalog == null) {
            throw ApiException.notFound("catalog");
        }
        return catalog;
    }

    private JsonNode get(Call call) {
        return platform.tree().locked(() -> {
            CatalogNode catalog = require(call.path("catalog"));
            platform.access().requireUse(call.caller(), catalog.branch().project());
            return catalog.toJson();
        });
    }

    private JsonNode create(Call call) {
        String id = call.query("catalog_id");
        if (id.isEmpty()) {
            throw ApiException.required("catalog_id");
        }
        if (!ID.matcher(id).matches()) {
            throw ApiException.invalid(
                    "Field 'catalog_id' must be 1-255 letters, digits, hyphens and underscores, not \"" + id + "\"");
        }
        ObjectNode spec = Json.child(call.json(), "spec");
        BranchName branch = BranchName.parse("catalog.spec.branch", Json.given(spec, "branch", "catalog.spec.branch"));
        String database = Json.given(spec, "postgres_database", "catalog.spec.postgres_database");
        boolean createDatabase = Boolean.TRUE.equals(Json.bool(spec, "create_database_if_missing"));
        Place place = platform.tree().locked(() -> {
            platform.access().requireManage(call.caller(), branch.project());
            requireFree(id);
            return Place.of(platform, platform.tree().branch(branch.project(), branch.branch()));
        });
        boolean exists = place.maintain(DatabaseRecord::all).stream()
                .anyMatch(candidate -> candidate.postgresDatabase().equals(database));
        if (!exists && !createDatabase) {
            throw ApiException.notFound("database");
        }
        CatalogNode catalog =
                CatalogNode.of(id, branch, database, platform.clock().instant());
        Operation operation = platform.operations().register(catalog.name(), "Catalog");
        return platform.operations()
                .begin(operation, () -> {
                    if (!exists) {
                        DatabaseRecord.createForPlatform(place, database);
                    }
                    return platform.tree().locked(() -> {
                        requireFree(id);
                        catalogs.put(id, catalog);
                        return catalog.toJson();
                    });
                })
                .toJson();
    }

    private void requireFree(String id) {
        if (catalogs.containsKey(id)) {
            throw ApiException.alreadyExists("catalog with such id already exists");
        }
    }

    private JsonNode delete(Call call) {
        return platform.tree()
                .locked(() -> {
                    CatalogNode catalog = require(call.path("catalog"));
                    platform.access()
                            .requireManage(call.caller(), catalog.branch().project());
                    catalogs.remove(catalog.id());
                    Operation operation = platform.operations().register(catalog.name(), "Catalog");
                    platform.operations().finish(operation, null);
                    return operation;
                })
                .toJson();
    }

    /** Under the tree's lock. */
    ArrayNode save() {
        ArrayNode saved = Json.array();
        catalogs.values().forEach(catalog -> saved.add(catalog.save()));
        return saved;
    }

    /** Under the tree's lock. */
    void load(JsonNode saved) {
        saved.forEach(each -> {
            CatalogNode catalog = CatalogNode.load((ObjectNode) each);
            catalogs.put(catalog.id(), catalog);
        });
    }
}
