package dev.lakebase.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A database of a branch as it was when it was read. Databases are copied with their branch and independent from then on.
 *
 * @param name its resource name
 * @param postgresDatabase its name in PostgreSQL, such as {@code databricks_postgres}
 * @param owner the role that owns it, if it is one that the platform knows
 * @param createdAt when it was created, if the platform said so
 * @param updatedAt when it was last changed, if the platform said so
 * @param json the platform's whole answer, for fields that have no accessor here
 */
public record Database(
        DatabaseName name,
        String postgresDatabase,
        @Nullable RoleName owner,
        @Nullable Instant createdAt,
        @Nullable Instant updatedAt,
        String json) {}
