package dev.lakebase.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name of a synced table: {@code synced_tables/{catalog}.{schema}.{table}}.
 *
 * @param catalog of Unity Catalog
 * @param schema in the catalog
 * @param table in the schema
 */
public record SyncedTableName(String catalog, String schema, String table) {

    /** @throws InvalidArgumentException if a part is missing or malformed */
    public SyncedTableName {
        requirePart("catalog", catalog);
        requirePart("schema", schema);
        requirePart("table", table);
    }

    private static void requirePart(String what, String part) {
        ResourceNames.requireSegment("synced table's " + what, part);
        if (part.contains(".")) {
            throw new InvalidArgumentException(
                    "The synced table's " + what + " id \"" + part + "\" holds a dot, which separates the parts.");
        }
    }

    /**
     * Reads {@code catalog.schema.table}, with or without {@code synced_tables/} before it.
     *
     * @throws InvalidArgumentException if it is anything else
     */
    public static SyncedTableName parse(@Nullable String name) {
        String form = "catalog.schema.table";
        if (name == null || name.isBlank()) {
            throw new InvalidArgumentException("The synced table's name is missing: expected " + form + ".");
        }
        String id = name.contains("/")
                ? ResourceNames.parse(name, "a synced table", "synced_tables/" + form, List.of("synced_tables"))
                        .get(0)
                : name;
        List<String> parts = List.of(id.split("\\.", -1));
        if (parts.size() != 3) {
            throw new InvalidArgumentException(
                    "\"" + ResourceNames.shorten(id) + "\" is not the name of a synced table: expected " + form + ".");
        }
        return new SyncedTableName(parts.get(0), parts.get(1), parts.get(2));
    }

    /** {@code catalog.schema.table}, as SQL has it. */
    public String fullName() {
        return catalog + "." + schema + "." + table;
    }

    /** The resource name, {@code synced_tables/{catalog}.{schema}.{table}}. */
    @Override
    public String toString() {
        return "synced_tables/" + fullName();
    }
}
