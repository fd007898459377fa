package dev.lakebase.client.credential;

import dev.lakebase.client.InvalidArgumentException;
import java.util.List;

/**
 * Narrows what a credential may do, whatever its role is granted. Immutable.
 *
 * @param permissionSet what it may do
 * @param tables with these tables, as {@code schema.table} or {@code catalog.schema.table}
 */
public record CredentialClaim(PermissionSet permissionSet, List<String> tables) {

    /** What a claim allows. */
    public enum PermissionSet {
        /** To read. */
        READ_ONLY
    }

    /** @throws InvalidArgumentException if there is no table, or one without a name */
    public CredentialClaim {
        tables = List.copyOf(tables);
        if (tables.isEmpty() || tables.stream().anyMatch(String::isBlank)) {
            throw new InvalidArgumentException("A credential's claim names " + tables
                    + ": expected at least one table, each with a name such as public.orders.");
        }
    }

    /** Lets the credential read those tables. */
    public static CredentialClaim readOnly(String... tables) {
        return new CredentialClaim(PermissionSet.READ_ONLY, List.of(tables));
    }
}
