package dev.lakebase.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Branches#recreate} came to: a new branch of the same name, with another uid and another host, and what the
 * one before had that this one has not.
 *
 * @param branch the new branch
 * @param before the branch that it replaces, or null if the platform remembered none
 * @param lostRoles the ids of roles that only the branch before had, not its source: create them again
 * @param lostEndpoints the endpoints besides the read-write one: create them again
 * @param lostSyncedTables those of {@link RecreateOptions#syncedTables} that lead to the branch before: create them again
 */
public record Recreation(
        Branch branch,
        @Nullable Branch before,
        List<String> lostRoles,
        List<EndpointName> lostEndpoints,
        List<SyncedTableName> lostSyncedTables) {

    public Recreation {
        lostRoles = List.copyOf(lostRoles);
        lostEndpoints = List.copyOf(lostEndpoints);
        lostSyncedTables = List.copyOf(lostSyncedTables);
    }
}
