package dev.lakebase.testing;

import dev.lakebase.client.LakebaseClient;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A project of a workspace, by the Databricks SDK's unified authentication. */
final class RemotePlatform implements TestPlatform {
    private final LakebaseClient client =
            LakebaseClient.builder().auditListener(RunBranches.MADE).build();
    private final String project;

    RemotePlatform(String project) {
        this.project = project;
    }

    @Override
    public LakebaseClient client() {
        return client;
    }

    @Override
    public String project() {
        return project;
    }

    @Override
    public @Nullable Path caCertificate() {
        String file = System.getenv("PGSSLROOTCERT");
        return file == null || file.isBlank() || file.equals("system") ? null : Path.of(file);
    }

    @Override
    public @Nullable Object local() {
        return null;
    }

    @Override
    public boolean endsWithJvm() {
        return false;
    }

    @Override
    public void close() {
        client.close();
    }
}
