package dev.lakebase.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README says what the code does. */
class ReadmeTest {
    private static final Path README = Path.of("../../README.md");
    /** A project of its own, which .ci/run builds and starts. */
    private static final Path BOOT_35 = Path.of("../../.ci/boot-3.5/src/main/java/shop/LakebaseConfiguration.java");

    private static final Path SNIPPETS = Path.of("src/test/java/dev/lakebase/examples/quickstart/ReadmeSnippets.java");

    @Test
    void everyJavaSnippetOfTheReadmeIsCompiled() throws IOException {
        String code = withoutSpace(Files.readString(SNIPPETS) + Files.readString(BOOT_35));
        List<String> snippets = new ArrayList<>();
        Matcher blocks = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(README));
        while (blocks.find()) {
            snippets.add(blocks.group(1));
        }

        assertThat(snippets)
                .hasSize(4)
                .allSatisfy(snippet -> assertThat(code).as(snippet).contains(withoutSpace(snippet)));
    }

    @Test
    void theFirstSnippetLeavesProductionAlone(@TempDir Path folder) throws Exception {
        try (LakebaseLocal local = LakebaseLocal.builder().project("shop").start();
                LakebaseDataSource production = LakebaseDataSource.fromEnvironment(local.environment())) {
            Shop shop = new Shop(production);
            shop.execute("create table purchase (amount numeric); insert into purchase values (42)");

            assertThat(runInAJvmOfItsOwn(local, folder.resolve("output"))).isZero();

            assertThat(shop.number("select count(*) from purchase")).isEqualTo(1);
        }
    }

    @Test
    void theLocalSnippetRuns() throws Exception {
        ReadmeSnippets.local();
    }

    private static int runInAJvmOfItsOwn(LakebaseLocal local, Path output) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                withoutTestSupport(System.getProperty("java.class.path")),
                ReadmeSnippets.class.getName());
        builder.environment().putAll(local.environment());
        File log = output.toFile();
        Process process = builder.redirectErrorStream(true).redirectOutput(log).start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("ended in time")
                    .isTrue();
            if (process.exitValue() != 0) {
                System.err.println(Files.readString(output, StandardCharsets.UTF_8));
            }
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** An application has no lakebase-testing on its class path, whose guard keeps a JVM off what it did not start. */
    private static String withoutTestSupport(String classPath) {
        return Arrays.stream(classPath.split(File.pathSeparator))
                .filter(entry -> !entry.contains("lakebase-testing"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s+", "");
    }
}
