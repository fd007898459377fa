package dev.lakebase.local.api;

/** What a principal may do with a project. Each includes the ones before it. */
public enum Permission {
    /** Nothing: every call answers 403. */
    NONE,
    /** Read, and mint credentials. */
    CAN_USE,
    /** Create, change and delete branches, endpoints, roles, databases, and the project itself. */
    CAN_MANAGE
}
