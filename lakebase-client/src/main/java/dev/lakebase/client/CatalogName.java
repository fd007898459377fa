package dev.lakebase.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name of a Unity Catalog catalog that shows a Lakebase database: {@code catalogs/{catalog}}.
 *
 * @param catalog the catalog's id, which is its name in Unity Catalog
 */
public record CatalogName(String catalog) {

    /** @throws InvalidArgumentException if it is missing or malformed */
    public CatalogName {
        ResourceNames.requireSegment("catalog", catalog);
    }

    /**
     * Reads {@code catalogs/{catalog}}.
     *
     * @throws InvalidArgumentException if it is anything else
     */
    public static CatalogName parse(@Nullable String name) {
        return new CatalogName(ResourceNames.parse(name, "a catalog", "catalogs/{catalog}", List.of("catalogs"))
                .get(0));
    }

    /** The resource name, {@code catalogs/{catalog}}. */
    @Override
    public String toString() {
        return "catalogs/" + catalog;
    }
}
