package dev.lakebase.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What goes with a branch and does not come back when it is created again.
 *
 * @param roles the ids of roles that its source has not
 * @param endpoints those besides the read-write one
 * @param syncedTables those of the given ones that lead to it
 */
record BranchLosses(List<String> roles, List<EndpointName> endpoints, List<SyncedTableName> syncedTables) {
    static final BranchLosses NONE = new BranchLosses(List.of(), List.of(), List.of());

    static BranchLosses of(
            ControlPlane plane,
            Endpoints endpoints,
            Branch branch,
            BranchName source,
            List<SyncedTableName> syncedTables) {
        Set<String> roles = roles(plane, branch.name());
        roles.removeAll(roles(plane, source));
        List<EndpointName> extra = endpoints.list(branch.name()).stream()
                .filter(endpoint -> endpoint.type() != EndpointType.READ_WRITE)
                .map(Endpoint::name)
                .toList();
        List<SyncedTableName> tables = syncedTables.stream()
                .filter(table -> leadsTo(plane, table, branch.name()))
                .toList();
        return new BranchLosses(List.copyOf(roles), extra, tables);
    }

    private static Set<String> roles(ControlPlane plane, BranchName branch) {
        return new TreeSet<>(new Roles(plane, branch)
                .list().stream().map(role -> role.name().role()).toList());
    }

    private static boolean leadsTo(ControlPlane plane, SyncedTableName table, BranchName branch) {
        try {
            return plane.call(Call.get(table.toString()), (json, answer) -> names(json, branch));
        } catch (NotFoundException e) {
            return false;
        }
    }

    /** Some answers carry the spec and some the status only. */
    private static boolean names(JsonNode table, BranchName branch) {
        return table.findValues("branch").stream()
                .anyMatch(value -> branch.toString().equals(value.asText()));
    }
}
