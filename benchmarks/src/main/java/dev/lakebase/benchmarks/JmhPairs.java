package dev.lakebase.benchmarks;

import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Warm borrows by JMH, a fresh JVM per measurement, both sides in turn: JMH by itself would run all of one side first. */
final class JmhPairs {
    /** Odd, for a median; some minutes in all. */
    private static final int ROUNDS = 7;

    private JmhPairs() {}

    static void run(Place place, Variant bare, Variant ours) throws RunnerException {
        var ratios = new Ratios("ns");
        for (int round = 0; round < ROUNDS; round++) {
            boolean bareFirst = round % 2 == 0;
            double first = score(place, bareFirst ? bare : ours);
            double second = score(place, bareFirst ? ours : bare);
            ratios.add(bareFirst ? first : second, bareFirst ? second : first);
        }
        ratios.print(bare.name(), ours.name());
    }

    private static double score(Place place, Variant variant) throws RunnerException {
        RunResult result = new Runner(new OptionsBuilder()
                        .include(WarmBorrow.class.getName() + "\\.")
                        .param("variant", variant.name())
                        .forks(1)
                        .jvmArgsAppend(place.jvmArguments().toArray(String[]::new))
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .runSingle();
        return result.getPrimaryResult().getScore();
    }
}
