package dev.lakebase.examples.holidays;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder that is uploaded to Databricks Apps, started as {@code app.yaml} does. */
@Tag("upload")
class UploadTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsUploadedMigratesAndServesItsPages() throws Exception {
        new OwnProcess(folder.resolve("log"))
                .smokeTest(
                        "Starting HolidayRequestsApplication",
                        "bash",
                        System.getProperty("upload", "target/app") + "/run.sh");
    }
}
