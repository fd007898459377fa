package dev.lakebase.local;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar with nothing else on the class path; run after package. */
class StandaloneJarIT {
    @Test
    void jarRunsAlone(@TempDir Path folder) throws Exception {
        String jar = Objects.requireNonNull(System.getProperty("standalone.jar"));
        ServerProcess.assertRunsAndLeavesNothing(folder, List.of("-jar", jar));
    }
}
