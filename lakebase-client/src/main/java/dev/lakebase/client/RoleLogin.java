package dev.lakebase.client;

/** How a role logs in. */
public enum RoleLogin {
    /** With a database credential of the identity that it stands for. */
    LAKEBASE_OAUTH_V1,
    /** With a password of its own, set in SQL. */
    PG_PASSWORD_SCRAM_SHA_256,
    /** Not at all: others are members of it. */
    NO_LOGIN,
    /** A way that this version of the library does not know: {@link Role#loginText()} has its text. */
    UNRECOGNIZED
}
