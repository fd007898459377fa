package dev.lakebase.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Pairs of one run. A noisy neighbour slows both sides of a round, so the median of the rounds' own ratios counts; where the
 * neighbours never rest, the ratio of each side's fastest round is nearer to what an idle machine would show.
 */
final class Ratios {
    private final String unit;
    private final List<Double> bare = new ArrayList<>();
    private final List<Double> ours = new ArrayList<>();
    private final List<Double> ratios = new ArrayList<>();

    Ratios(String unit) {
        this.unit = unit;
    }

    void add(double bareValue, double oursValue) {
        bare.add(bareValue);
        ours.add(oursValue);
        ratios.add(oursValue / bareValue);
    }

    void print(String bareName, String oursName) {
        System.out.printf(
                Locale.ROOT,
                "  %s against %s, %d rounds: ratio %.3f (%.3f to %.3f), medians %.1f and %.1f %s; fastest %.1f and %.1f %s,"
                        + " ratio %.3f%n",
                oursName,
                bareName,
                ratios.size(),
                median(ratios),
                Collections.min(ratios),
                Collections.max(ratios),
                median(ours),
                median(bare),
                unit,
                Collections.min(ours),
                Collections.min(bare),
                unit,
                Collections.min(ours) / Collections.min(bare));
    }

    static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
