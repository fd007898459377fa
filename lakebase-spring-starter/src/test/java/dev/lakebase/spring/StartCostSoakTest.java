package dev.lakebase.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What the starter costs: the start of a context with it against one with {@code spring-boot-starter-jdbc} alone, on the same
 * PostgreSQL, in fresh JVMs that take turns. Prints its figures; docs/benchmarks.md tells them.
 */
@Tag("soak")
class StartCostSoakTest {
    private static final int WARM_UPS = 1;
    private static final int PAIRS = 15;

    private static final Pattern TIMES = Pattern.compile("started (\\d+) queried (\\d+)");

    /** What spring-boot-starter-jdbc brings of Spring; the test's other modules would start more. */
    private static final Pattern SPRING = Pattern.compile(
            "spring-(aop|beans|context|core|expression|jdbc|tx|boot|boot-autoconfigure|boot-jdbc|boot-sql"
                    + "|boot-transaction|boot-persistence)-[0-9].*");

    /** What the starter looks at where an application has it. */
    private static final Pattern OPTIONAL = Pattern.compile("(flyway|liquibase|hibernate|jooq|lakebase-local).*");

    /** The application; prints how long the start and the first query took. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Shop {
        public static void main(String[] args) {
            long begin = System.nanoTime();
            try (var context = SpringApplication.run(Shop.class, args)) {
                long started = System.nanoTime();
                context.getBean(JdbcClient.class)
                        .sql("select 1")
                        .query(Integer.class)
                        .single();
                System.out.println(
                        "started " + (started - begin) / 1000 + " queried " + (System.nanoTime() - begin) / 1000);
            }
        }
    }

    private record Times(double started, double queried) {}

    @Test
    void contextStartAgainstThePlainStarter() throws Exception {
        try (LakebaseLocal local = LakebaseLocal.start()) {
            Map<String, String> platform = local.environment();
            try (var owner = LakebaseDataSource.fromEnvironment(platform);
                    var connection = owner.getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("create role plain login password 'password-of-a-measurement'");
            }
            Map<String, String> plain = Map.of(
                    "SPRING_DATASOURCE_URL",
                    "jdbc:postgresql://localhost:" + platform.get("PGPORT") + "/" + platform.get("PGDATABASE")
                            + "?sslmode=verify-full&sslrootcert=" + local.caCertificate(),
                    "SPRING_DATASOURCE_USERNAME",
                    "plain",
                    "SPRING_DATASOURCE_PASSWORD",
                    "password-of-a-measurement");
            String withStarter = classPath(entry -> true);
            String without = classPath(entry -> !entry.contains("lakebase-") && !entry.contains("databricks"));

            List<Times> ours = new ArrayList<>();
            List<Times> theirs = new ArrayList<>();
            for (int pair = -WARM_UPS; pair < PAIRS; pair++) {
                boolean plainFirst = pair % 2 == 0;
                Times first = plainFirst ? run(without, plain) : run(withStarter, platform);
                Times second = plainFirst ? run(withStarter, platform) : run(without, plain);
                if (pair >= 0) {
                    theirs.add(plainFirst ? first : second);
                    ours.add(plainFirst ? second : first);
                }
            }
            print(
                    "context start",
                    ours.stream().map(Times::started).toList(),
                    theirs.stream().map(Times::started).toList());
            print(
                    "with a query",
                    ours.stream().map(Times::queried).toList(),
                    theirs.stream().map(Times::queried).toList());
        }
    }

    private static String classPath(Predicate<String> wanted) {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(all.split(File.pathSeparator))
                .filter(entry -> !entry.contains("springframework")
                        || SPRING.matcher(Path.of(entry).getFileName().toString())
                                .matches())
                .filter(entry -> !OPTIONAL.matcher(Path.of(entry).getFileName().toString())
                                .matches()
                        && !entry.contains("lakebase-local/"))
                .filter(entry -> entry.endsWith("test-classes") || wanted.test(entry))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Times run(String classPath, Map<String, String> environment) throws Exception {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-classpath",
                        classPath,
                        Shop.class.getName())
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher times = TIMES.matcher(log);
        assertThat(process.waitFor()).as(log).isZero();
        assertThat(times.find()).as(log).isTrue();
        assertThat(log.contains("lakebase-1 - Start completed"))
                .as(log)
                .isEqualTo(environment.containsKey("LAKEBASE_ENDPOINT"));
        return new Times(Long.parseLong(times.group(1)) / 1000.0, Long.parseLong(times.group(2)) / 1000.0);
    }

    private static void print(String what, List<Double> ours, List<Double> theirs) {
        List<Double> ratios = new ArrayList<>();
        for (int pair = 0; pair < ours.size(); pair++) {
            ratios.add(ours.get(pair) / theirs.get(pair));
        }
        System.out.printf(
                Locale.ROOT,
                "%s, %d pairs: median of the ratios %.3f (%.3f to %.3f); medians %.0f and %.0f ms, ratio %.3f; fastest %.0f and"
                        + " %.0f ms, ratio %.3f%n",
                what,
                ratios.size(),
                median(ratios),
                Collections.min(ratios),
                Collections.max(ratios),
                median(ours),
                median(theirs),
                median(ours) / median(theirs),
                Collections.min(ours),
                Collections.min(theirs),
                Collections.min(ours) / Collections.min(theirs));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
