package dev.lakebase.local;

import dev.lakebase.local.api.Principals;
import java.util.Map;
import java.util.TreeMap;

/**
 * Someone who calls the API and logs in to Postgres.
 *
 * @param name as it was added to the {@link LakebaseLocalBuilder}
 * @param userName a user's e-mail or a service principal's client id; also the name of the Postgres role, if it has one
 * @param token a user's bearer token, a secret; empty for a service principal
 * @param clientSecret a service principal's OAuth secret; empty for a user
 */
public record LocalIdentity(String name, String userName, String token, String clientSecret) {
    static LocalIdentity of(String name, Principals.Known known) {
        return new LocalIdentity(name, known.principal().userName(), known.token(), known.clientSecret());
    }

    /** The variables that the platform's SDKs find it by. */
    Map<String, String> credentials() {
        return clientSecret.isEmpty()
                ? Map.of("DATABRICKS_TOKEN", token)
                : new TreeMap<>(Map.of("DATABRICKS_CLIENT_ID", userName, "DATABRICKS_CLIENT_SECRET", clientSecret));
    }

    @Override
    public String toString() {
        return "LocalIdentity[name=" + name + ", userName=" + userName + "]";
    }
}
