package dev.lakebase.benchmarks;

import dev.lakebase.local.LakebaseLocal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Runs the pairs and prints their ratios. Arguments: {@code all}, or names of single ones. */
public final class Benchmarks {
    private interface Measurement {
        void run(Place place, Path folder) throws Exception;
    }

    private static final Map<String, Measurement> ALL = new LinkedHashMap<>();

    static {
        ALL.put("warm-borrow", (place, folder) -> JmhPairs.run(place, Variant.BARE_NATIVE, Variant.LAKEBASE_NATIVE));
        ALL.put("new-connection", (place, folder) -> NewConnections.run(place));
        ALL.put("first-query", FirstQueries::run);
        ALL.put("cold-crowd", (place, folder) -> ColdCrowd.run(place));
    }

    private Benchmarks() {}

    public static void main(String[] args) throws Exception {
        Set<String> names = args.length == 0 || args[0].equals("all") ? ALL.keySet() : Set.of(args);
        if (!ALL.keySet().containsAll(names)) {
            throw new IllegalArgumentException("Known are all, " + ALL.keySet() + ", not " + names);
        }
        System.out.println(
                "JDK " + Runtime.version() + ", " + Runtime.getRuntime().availableProcessors() + " CPUs");
        Path folder = Files.createTempDirectory("lakebase-benchmarks");
        try (LakebaseLocal local = LakebaseLocal.start()) {
            Place place = Place.prepare(local, folder);
            for (Map.Entry<String, Measurement> each : ALL.entrySet()) {
                if (names.contains(each.getKey())) {
                    System.out.println();
                    System.out.println(each.getKey());
                    each.getValue().run(place, folder);
                }
            }
        }
        // not after a failure, whose logs are in there
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
