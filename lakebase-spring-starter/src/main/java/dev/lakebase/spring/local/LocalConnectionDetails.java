package dev.lakebase.spring.local;

import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.spring.LakebaseConnectionDetails;
import dev.lakebase.spring.LakebaseProperties;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The branch production of Lakebase Local; what else the application or the environment names is not used. */
record LocalConnectionDetails(LakebaseLocal local, LakebaseProperties properties, String user)
        implements LakebaseConnectionDetails {
    @Override
    public String endpoint() {
        return local.endpoint();
    }

    @Override
    public @Nullable String database() {
        return properties.database();
    }

    @Override
    public Path sslRootCert() {
        return local.caCertificate();
    }
}
