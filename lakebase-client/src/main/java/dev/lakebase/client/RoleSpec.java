package dev.lakebase.client;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What a new role shall be, or what shall change of one. Filled in by the consumer given to {@link Roles#create} or {@link
 * Roles#update}. A setting that can't be fails at its setter. Not thread-safe.
 */
public final class RoleSpec {
    static final String SUPERUSER = "DATABRICKS_SUPERUSER";

    private static final String WHO = "who";
    private static final String LOGIN = "login";
    private static final String ATTRIBUTES = "attributes";

    private final SpecFields fields = new SpecFields();

    RoleSpec() {}

    /** A Databricks user, who logs in with a database credential. */
    public RoleSpec user(String email) {
        return identity("user(…)", "USER", email);
    }

    /**
     * A Databricks service principal, which logs in with a database credential.
     *
     * @param applicationId its application id, a UUID, which DATABRICKS_CLIENT_ID holds
     */
    public RoleSpec servicePrincipal(String applicationId) {
        return identity("servicePrincipal(…)", "SERVICE_PRINCIPAL", applicationId);
    }

    /** A Databricks group. */
    public RoleSpec group(String name) {
        return identity("group(…)", "GROUP", name);
    }

    private RoleSpec identity(String setter, String type, String name) {
        fields.choose(WHO, setter);
        SpecFields.requireText(setter, name);
        fields.setAtCreation(setter).put("identity_type", type).put("postgres_role", name);
        return this;
    }

    /**
     * A role of PostgreSQL's own, which is no Databricks identity, and its name there. What it can log in with is {@link
     * #password} or {@link #noLogin}.
     */
    public RoleSpec postgresRole(String name) {
        fields.choose(WHO, "postgresRole(…)");
        SpecFields.requireText("postgresRole(…)", name);
        fields.set("postgres_role").put("postgres_role", name);
        return this;
    }

    /** It logs in with a password of its own, set in SQL. Needs the project's {@link ProjectSpec#nativeLogin}. */
    public RoleSpec password() {
        return login("password()", RoleLogin.PG_PASSWORD_SCRAM_SHA_256);
    }

    /** It logs in with a database credential. The default of users and service principals. */
    public RoleSpec credential() {
        return login("credential()", RoleLogin.LAKEBASE_OAUTH_V1);
    }

    /** It can't log in; others are members of it. */
    public RoleSpec noLogin() {
        return login("noLogin()", RoleLogin.NO_LOGIN);
    }

    private RoleSpec login(String setter, RoleLogin method) {
        fields.choose(LOGIN, setter);
        fields.set("auth_method").put("auth_method", method.name());
        return this;
    }

    /** Whether it is a member of the platform's {@code databricks_superuser}. */
    public RoleSpec superuser(boolean member) {
        var memberships = fields.set("membership_roles").putArray("membership_roles");
        if (member) {
            memberships.add(SUPERUSER);
        }
        return this;
    }

    /** PostgreSQL's CREATEDB. */
    public RoleSpec createsDatabases(boolean may) {
        attribute("createdb").put("createdb", may);
        return this;
    }

    /** PostgreSQL's CREATEROLE. */
    public RoleSpec createsRoles(boolean may) {
        attribute("createrole").put("createrole", may);
        return this;
    }

    /** PostgreSQL's BYPASSRLS. */
    public RoleSpec bypassesRowSecurity(boolean may) {
        attribute("bypassrls").put("bypassrls", may);
        return this;
    }

    private ObjectNode attribute(String name) {
        return fields.setIn(ATTRIBUTES, name);
    }

    SpecFields fields() {
        return fields;
    }

    /** The name in PostgreSQL that was asked for; empty for the id. */
    String askedRole() {
        return fields.body().path("spec").path("postgres_role").asText();
    }
}
