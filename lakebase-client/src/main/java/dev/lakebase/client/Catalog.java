package dev.lakebase.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A Unity Catalog catalog that shows a Lakebase database, as it was when it was read.
 *
 * @param name its resource name
 * @param uid its identity
 * @param branch the branch whose database it shows, if the platform said so
 * @param postgresDatabase the name in PostgreSQL of that database, if the platform said so
 * @param createdAt when it was created, if the platform said so
 * @param updatedAt when it was last changed, if the platform said so
 * @param json the platform's whole answer, for fields that have no accessor here
 */
public record Catalog(
        CatalogName name,
        String uid,
        @Nullable BranchName branch,
        @Nullable String postgresDatabase,
        @Nullable Instant createdAt,
        @Nullable Instant updatedAt,
        String json) {}
