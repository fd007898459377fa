package dev.lakebase.client;

/** What kind of Databricks identity a role stands for. */
public enum RoleIdentity {
    USER,
    SERVICE_PRINCIPAL,
    GROUP,
    /** None: a role of PostgreSQL's own. */
    NONE,
    /** A kind that this version of the library does not know: {@link Role#identityText()} has its text. */
    UNRECOGNIZED
}
