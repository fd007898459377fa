package dev.lakebase.local.api;

import java.util.Set;

/**
 * A principal that a workspace starts with, besides its administrators.
 *
 * @param name a user's e-mail, a group's name, or what a service principal is called; its client id is another in every
 *     workspace
 * @param permission on the project to start with
 * @param groups those that it is a member of
 * @param app whether it is a Databricks App's, with a Postgres role that may connect and create, and no more
 */
public record Declared(String name, Principal.Kind kind, Permission permission, Set<String> groups, boolean app) {
    public Declared {
        groups = Set.copyOf(groups);
    }
}
