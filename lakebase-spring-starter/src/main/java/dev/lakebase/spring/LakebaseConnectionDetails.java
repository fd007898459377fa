package dev.lakebase.spring;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where the auto-configured {@code DataSource} connects to, and as whom. A bean of this type replaces
 * {@code lakebase.endpoint} and its neighbours, as {@code JdbcConnectionDetails} does for {@code spring.datasource.*}:
 * tests and development tools supply one.
 *
 * <p>Exactly one of {@link #endpoint()} and {@link #branch()} names the target. Asked once, when the DataSource is made.
 */
public interface LakebaseConnectionDetails extends ConnectionDetails {
    /** {@code projects/…/branches/…/endpoints/…}, or null where a branch is named. */
    @Nullable
    String endpoint();

    /** {@code projects/…/branches/…}, whose read-write endpoint is looked up, or null where an endpoint is named. */
    default @Nullable String branch() {
        return null;
    }

    /** The host, or null to look it up. */
    default @Nullable String host() {
        return null;
    }

    /** The host's port, or null for 5432. */
    default @Nullable Integer port() {
        return null;
    }

    /** The PostgreSQL database, or null for {@code databricks_postgres}. */
    default @Nullable String database() {
        return null;
    }

    /** The PostgreSQL role, or null for the identity of the client. */
    default @Nullable String user() {
        return null;
    }

    /** A file of CA certificates in PEM, or null for the JVM's trust store. */
    default @Nullable Path sslRootCert() {
        return null;
    }

    /**
     * The variables of Databricks Apps and of PostgreSQL's tools that fill in what is null above. Default: none, so that a
     * target of one's own is not mixed with the environment's.
     */
    default Map<String, String> environment() {
        return Map.of();
    }
}
