package dev.lakebase.testing;

import dev.lakebase.jdbc.login.ConnectionTarget;
import dev.lakebase.local.LakebaseLocal;

/** What a Lakebase Local of this JVM serves, whoever started it. */
final class LocalEndpoints {
    private LocalEndpoints() {}

    static boolean contains(ConnectionTarget target) {
        try {
            return LakebaseLocal.serves(target.host(), target.port());
        } catch (NoClassDefFoundError e) {
            return false; // it is optional, and without it nothing of it runs here
        }
    }
}
