package dev.lakebase.local.faults;

/** What is wrong with the certificate that a server shows. */
public enum ServerCertificate {
    /** Of the right authority, for the right host, but its last day was yesterday. */
    EXPIRED,
    /** Of the right authority, but for another host. */
    WRONG_HOST,
    /** For the right host, but of an authority that nobody trusts. */
    UNKNOWN_AUTHORITY
}
