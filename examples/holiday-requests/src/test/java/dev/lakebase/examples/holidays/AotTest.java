package dev.lakebase.examples.holidays;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application as {@code spring-boot:process-aot} leaves it. */
@Tag("aot")
class AotTest {
    @TempDir
    private Path folder;

    @Test
    void processedAheadOfTimeItMigratesAndServesItsPages() throws Exception {
        new OwnProcess(folder.resolve("log"))
                .smokeTest(
                        "Starting AOT-processed HolidayRequestsApplication",
                        OwnProcess.java().toString(),
                        "-Dspring.aot.enabled=true",
                        "-classpath",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        HolidayRequestsApplication.class.getName());
    }
}
