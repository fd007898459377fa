package dev.lakebase.local.api;

import java.util.Set;

/**
 * Who calls the API, and logs in to Postgres.
 *
 * @param userName a user's e-mail or a service principal's client id; also the name of the Postgres role
 * @param kind decides about the shape of {@code Me} and a role's identity type
 * @param groups the names of the groups it is a member of
 * @param administrator whether it may do everything with every project
 */
public record Principal(String userName, Kind kind, Set<String> groups, boolean administrator) {
    /** What a Postgres role can stand for; a group does not call the API. */
    public enum Kind {
        USER,
        SERVICE_PRINCIPAL,
        GROUP
    }

    public Principal {
        groups = Set.copyOf(groups);
    }

    static Principal administrator(String userName, Kind kind) {
        return new Principal(userName, kind, Set.of(), true);
    }
}
