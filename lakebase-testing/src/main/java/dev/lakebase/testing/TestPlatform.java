package dev.lakebase.testing;

import dev.lakebase.client.LakebaseClient;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a run's branches come from. */
interface TestPlatform extends AutoCloseable {
    LakebaseClient client();

    String project();

    /** The certificate authority to trust, or null for the JVM's trust store. */
    @Nullable
    Path caCertificate();

    /** The Lakebase Local that it is, for tests that put computes to sleep or inject faults; null for a workspace. */
    @Nullable
    Object local();

    /** Whether its branches are gone with this JVM. */
    boolean endsWithJvm();

    @Override
    void close();

    static TestPlatform start(RunSettings settings) {
        String project = settings.remoteProject();
        return project == null ? LocalPlatform.start() : new RemotePlatform(project);
    }
}
