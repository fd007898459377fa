package dev.lakebase.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Finds the threads that a test has left running. Only where tests run one at a time: threads don't say whose they are. */
final class LeakCheck {
    /** What ends by itself right after a test is no leak. */
    private static final long GRACE_MILLIS = 500;

    private static final long PAUSE_MILLIS = 10;

    private static final int FRAMES = 8;

    /** How the names of JUnit's own threads begin: the first test with a time-out starts the one that watches it. */
    private static final String JUNIT = "junit-";

    private final Set<Thread> before = Thread.getAllStackTraces().keySet();
    private final String packageOfTests;
    private final Supplier<Set<String>> namesOfOthers;

    /** @param namesOfOthers how the names of threads begin that are not the test's, whoever made them start */
    LeakCheck(Class<?> testClass, Supplier<Set<String>> namesOfOthers) {
        this.packageOfTests = testClass.getPackageName();
        this.namesOfOthers = namesOfOthers;
    }

    List<String> threads() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
        List<String> found = find();
        try {
            while (!found.isEmpty() && System.nanoTime() - deadline < 0) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                found = find();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return found;
    }

    private List<String> find() {
        List<String> found = new ArrayList<>();
        Set<String> others = namesOfOthers.get();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            if (!before.contains(thread)
                    && thread.isAlive()
                    && !thread.getName().startsWith(JUNIT)
                    && others.stream().noneMatch(thread.getName()::startsWith)
                    && isOfTheTest(thread, stack)) {
                found.add("thread " + thread.getName() + " at"
                        + Arrays.stream(stack)
                                .limit(FRAMES)
                                .map(frame -> "\n        " + frame)
                                .collect(Collectors.joining()));
            }
        });
        return found;
    }

    /** Libraries keep daemon threads for later; a thread that holds the JVM, or runs the tests' own code, is the test's. */
    private boolean isOfTheTest(Thread thread, StackTraceElement[] stack) {
        return !thread.isDaemon()
                || Arrays.stream(stack).anyMatch(frame -> frame.getClassName().startsWith(packageOfTests + "."));
    }
}
