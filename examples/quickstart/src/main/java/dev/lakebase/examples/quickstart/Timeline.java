package dev.lakebase.examples.quickstart;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Tells the story on a terminal: what happened, when, how long it took, and whether each claim held. */
final class Timeline {
    private static final int TEXT_WIDTH = 62;

    private final PrintStream out;
    private final long start = System.nanoTime();
    private int held;
    private int broken;

    interface Step<T> {
        T run() throws Exception;
    }

    interface Act {
        void run() throws Exception;
    }

    Timeline(PrintStream out) {
        this.out = out;
    }

    void title(String text) {
        out.println();
        out.println(text);
    }

    void chapter(String text) {
        out.println();
        out.println("── " + text + " " + "─".repeat(Math.max(0, TEXT_WIDTH + 14 - text.length())));
    }

    /** Runs a step and prints it with the time it took. */
    <T> T step(String text, Step<T> step) throws Exception {
        long begin = System.nanoTime();
        T result = step.run();
        line(text, Duration.ofNanos(System.nanoTime() - begin));
        return result;
    }

    /** The same for what has no result. */
    void act(String text, Act act) throws Exception {
        long begin = System.nanoTime();
        act.run();
        line(text, Duration.ofNanos(System.nanoTime() - begin));
    }

    /** A line without a duration of its own. */
    void note(String text) {
        out.println("  " + at() + "    " + text);
    }

    /** Prints a claim with what was seen, and remembers whether it held. */
    void claim(String text, boolean holds) {
        if (holds) {
            held++;
        } else {
            broken++;
        }
        out.println("  " + at() + "  " + (holds ? "✓" : "✗ NOT TRUE:") + " " + text);
    }

    /** Prints the sum and tells whether every claim held. */
    boolean finish() {
        out.println();
        out.println(
                broken == 0
                        ? "All " + held + " claims checked and true."
                        : broken + " of " + (held + broken) + " claims were NOT true.");
        return broken == 0 && held > 0;
    }

    private void line(String text, Duration took) {
        int dots = Math.max(2, TEXT_WIDTH - text.length());
        out.println("  " + at() + "  ▸ " + text + " " + ".".repeat(dots) + " " + human(took));
    }

    static String human(Duration duration) {
        double millis = duration.toNanos() / 1e6;
        if (millis < 10) {
            return String.format(Locale.ROOT, "%.1f ms", millis);
        }
        if (millis < 1000) {
            return String.format(Locale.ROOT, "%.0f ms", millis);
        }
        return duration.toMinutes() < 60
                ? String.format(Locale.ROOT, "%.1f s", millis / 1000)
                : duration.toHours() + " hours";
    }

    private String at() {
        return String.format(Locale.ROOT, "%6.2f s", (System.nanoTime() - start) / 1e9);
    }
}
