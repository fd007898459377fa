package dev.lakebase.examples.holidays;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.local.LakebaseLocal;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The application in a process of its own, with the environment of a Databricks App. */
final class OwnProcess {
    private static final Pattern LISTENING = Pattern.compile("started on port (\\d+)");

    private final Path log;

    OwnProcess(Path log) {
        this.log = log;
    }

    /** It migrates its database, serves its pages, and knows who the user is. */
    void smokeTest(String firstLine, String... command) throws Exception {
        try (LakebaseLocal platform =
                LakebaseLocal.builder().addApp(PlatformTest.APP).start()) {
            Process application = start(platform, command);
            try {
                Awaitility.await()
                        .atMost(2, TimeUnit.MINUTES)
                        .until(() -> read().contains("Started HolidayRequestsApplication") || !application.isAlive());
                assertThat(read()).contains(firstLine, "now at version v3");
                Matcher port = LISTENING.matcher(read());
                assertThat(port.find()).as(read()).isTrue();
                URI page = URI.create("http://localhost:" + port.group(1) + "/");
                HttpClient http = HttpClient.newHttpClient();

                assertThat(PlatformTest.get(http, page, null).statusCode()).isEqualTo(403);
                assertThat(PlatformTest.get(http, page, "ana.silva@example.com").body())
                        .contains("Ana Silva", "No holidays yet");
                assertThat(PlatformTest.get(http, page.resolve("/calendar"), "ana.silva@example.com")
                                .body())
                        .contains("Ana Silva", "Team calendar");
                assertThat(PlatformTest.get(http, page.resolve("/actuator/health"), null)
                                .body())
                        .contains("\"status\":\"UP\"");
            } finally {
                application.destroy();
                application.waitFor();
            }
        }
    }

    private Process start(LakebaseLocal platform, String... command) throws IOException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(platform.environment(PlatformTest.APP));
        builder.environment().put("DATABRICKS_APP_PORT", "0");
        builder.environment()
                .merge("PATH", java().getParent().toString(), (all, jdk) -> jdk + File.pathSeparator + all);
        return builder.start();
    }

    /** That of the tests. */
    static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    private String read() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
