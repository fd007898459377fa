package dev.lakebase.testing;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.local.LakebaseLocal;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** The Lakebase Local of a test run, started by the first class that needs a branch. */
final class LocalPlatform implements TestPlatform {
    private final LakebaseLocal local;
    private final LakebaseClient client;

    private LocalPlatform(LakebaseLocal local) {
        this.local = local;
        this.client = LakebaseClient.builder()
                .environment(Map.of())
                .host(local.host().toString())
                .token(local.token())
                .auditListener(RunBranches.MADE)
                .build();
    }

    static TestPlatform start() {
        try {
            return new LocalPlatform(LakebaseLocal.start());
        } catch (NoClassDefFoundError e) {
            throw new ExtensionConfigurationException(
                    "@LakebaseTest takes its branches from Lakebase Local, which is not on the class path:"
                            + " add dev.lakebase:lakebase-local in test scope.",
                    e);
        }
    }

    @Override
    public LakebaseClient client() {
        return client;
    }

    @Override
    public String project() {
        return local.project();
    }

    @Override
    public Path caCertificate() {
        return local.caCertificate();
    }

    @Override
    public Object local() {
        return local;
    }

    @Override
    public boolean endsWithJvm() {
        return true;
    }

    @Override
    public void close() {
        try (local) {
            client.close();
        }
    }
}
