package dev.lakebase.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL role of a branch as it was when it was read. Roles are copied with their branch and independent from then
 * on.
 *
 * @param name its resource name
 * @param postgresRole its name in PostgreSQL: a user's e-mail, a service principal's application id, a group's name, or
 *     anything else
 * @param identity what kind of Databricks identity it stands for
 * @param identityText the identity's text on the wire, also where {@code identity} is {@link RoleIdentity#UNRECOGNIZED}
 * @param login how it logs in
 * @param loginText the login's text on the wire, also where {@code login} is {@link RoleLogin#UNRECOGNIZED}
 * @param memberships the platform's roles that it is a member of, such as {@code DATABRICKS_SUPERUSER}
 * @param createsDatabases whether it has PostgreSQL's CREATEDB
 * @param createsRoles whether it has PostgreSQL's CREATEROLE
 * @param bypassesRowSecurity whether it has PostgreSQL's BYPASSRLS
 * @param createdAt when it was created, if the platform said so
 * @param updatedAt when it was last changed, if the platform said so
 * @param json the platform's whole answer, for fields that have no accessor here
 */
public record Role(
        RoleName name,
        String postgresRole,
        RoleIdentity identity,
        String identityText,
        RoleLogin login,
        String loginText,
        List<String> memberships,
        boolean createsDatabases,
        boolean createsRoles,
        boolean bypassesRowSecurity,
        @Nullable Instant createdAt,
        @Nullable Instant updatedAt,
        String json) {
    public Role {
        memberships = List.copyOf(memberships);
    }

    /** Whether it is a member of the platform's {@code databricks_superuser}. */
    public boolean isSuperuser() {
        return memberships.contains(RoleSpec.SUPERUSER);
    }
}
