package dev.lakebase.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * 200 threads at once on a pool that has never connected, until the last of them has had its query answered. Our side has to
 * mint first, which takes 300 ms; the bare side gets that time added, as if somebody had handed it the token then.
 */
final class ColdCrowd {
    private static final int THREADS = 200;
    private static final int WARM_UPS = 4;
    private static final int ROUNDS = 21;
    private static final Duration MINT = Duration.ofMillis(300);

    private ColdCrowd() {}

    static void run(Place place) throws IOException, InterruptedException, ExecutionException {
        compare(place, Variant.BARE_NATIVE);
        compare(place, Variant.BARE_TOKEN);
    }

    private static void compare(Place place, Variant bare)
            throws IOException, InterruptedException, ExecutionException {
        var ratios = new Ratios("ms");
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (var slow = new SlowMints(place.apiHost(), MINT)) {
            for (int round = -WARM_UPS; round < ROUNDS; round++) {
                boolean bareFirst = round % 2 == 0;
                double first = side(bareFirst ? bare : Variant.LAKEBASE_TOKEN, place, slow, threads);
                double second = side(bareFirst ? Variant.LAKEBASE_TOKEN : bare, place, slow, threads);
                if (round >= 0) {
                    ratios.add(bareFirst ? first : second, bareFirst ? second : first);
                }
            }
        } finally {
            threads.shutdownNow();
        }
        ratios.print(bare + " + " + MINT.toMillis() + " ms", Variant.LAKEBASE_TOKEN.name());
    }

    private static double side(Variant variant, Place place, SlowMints slow, ExecutorService threads)
            throws InterruptedException, ExecutionException {
        try (var pool = variant.open(place, slow.host())) {
            double millis = lastOf(pool, threads);
            return variant.isLakebase() ? millis : millis + MINT.toMillis();
        }
    }

    private static double lastOf(DataSource pool, ExecutorService threads)
            throws InterruptedException, ExecutionException {
        var ready = new CountDownLatch(THREADS);
        var go = new CountDownLatch(1);
        List<Future<Long>> done = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            done.add(threads.submit(() -> {
                ready.countDown();
                go.await();
                Query.run(pool);
                return System.nanoTime();
            }));
        }
        ready.await();
        long start = System.nanoTime();
        go.countDown();
        long last = start;
        for (Future<Long> each : done) {
            last = Math.max(last, each.get());
        }
        return (last - start) / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }
}
