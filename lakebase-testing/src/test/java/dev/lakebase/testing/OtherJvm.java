package dev.lakebase.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs test classes in a JVM with an environment and a class path of its own. */
final class OtherJvm {
    private OtherJvm() {}

    /** What it prints: the failures, then how many tests succeeded. */
    static String run(Class<?> testClass, String classPath, Map<String, String> environment) throws Exception {
        Path output = Files.createTempFile("other-jvm", ".log");
        Process process = start(testClass, classPath, environment, output);
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("Still running: " + Files.readString(output));
            }
            return Files.readString(output).strip();
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }

    /** Goes on by itself; whoever starts it ends it. */
    static Process start(
            Class<?> testClass, String classPath, Map<String, String> environment, Path output, String... options)
            throws IOException {
        return start(List.of(testClass), classPath, environment, output, options);
    }

    static Process start(
            List<Class<?>> testClasses,
            String classPath,
            Map<String, String> environment,
            Path output,
            String... options)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath, OtherJvm.class.getName()));
        testClasses.forEach(testClass -> command.add(testClass.getName()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    }

    public static void main(String[] arguments) {
        var results = EngineTestKit.engine("junit-jupiter")
                .enableImplicitConfigurationParameters(true)
                .selectors(Arrays.stream(arguments)
                        .map(DiscoverySelectors::selectClass)
                        .toArray(DiscoverySelector[]::new))
                .execute();
        results.allEvents().failed().stream()
                .flatMap(event -> event.getPayload(TestExecutionResult.class).stream())
                .flatMap(result -> result.getThrowable().stream())
                .forEach(Throwable::printStackTrace);
        System.err.flush();
        System.out.println(results.testEvents().succeeded().count() + " succeeded");
    }
}
