package dev.lakebase.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A whole process with one query, measured from outside: from before the JVM's start to after its end. The bare side has only
 * those jars on its class path that it needs.
 */
final class FirstQueries {
    private static final int WARM_UPS = 2;
    private static final int ROUNDS = 21;

    private static final String CLASS_PATH = System.getProperty("java.class.path");

    private static final String BARE_CLASS_PATH = Stream.of(CLASS_PATH.split(File.pathSeparator))
            .filter(entry -> Stream.of("benchmarks", "HikariCP-", "postgresql-4", "slf4j-")
                    .anyMatch(entry::contains))
            .collect(Collectors.joining(File.pathSeparator));

    private FirstQueries() {}

    static void run(Place place, Path folder) throws IOException, InterruptedException {
        var ratios = new Ratios("ms");
        for (int round = -WARM_UPS; round < ROUNDS; round++) {
            boolean bareFirst = round % 2 == 0;
            double first = process(place, folder, bareFirst);
            double second = process(place, folder, !bareFirst);
            if (round >= 0) {
                ratios.add(bareFirst ? first : second, bareFirst ? second : first);
            }
        }
        ratios.print("bare", "lakebase");
    }

    private static double process(Place place, Path folder, boolean bare) throws IOException, InterruptedException {
        Class<?> main = bare ? BareFirstQuery.class : LakebaseFirstQuery.class;
        File log = folder.resolve(main.getSimpleName() + ".log").toFile();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(place.jvmArguments());
        command.addAll(List.of("-cp", bare ? BARE_CLASS_PATH : CLASS_PATH, main.getName()));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log);
        builder.environment().putAll(place.environment());
        long start = System.nanoTime();
        int exit = builder.start().waitFor();
        double millis = (System.nanoTime() - start) / (double) TimeUnit.MILLISECONDS.toNanos(1);
        if (exit != 0) {
            throw new IllegalStateException("Look into " + log);
        }
        return millis;
    }
}
