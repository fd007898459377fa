package dev.lakebase.testing;

import dev.lakebase.testing.ResetLoadTest.Timings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;

/** What people do who have no resets, measured with the same data and as many at once. */
record Alternatives(Timings truncation, Timings embedded) {
    private static final int TRUNCATIONS_EACH = 10;
    private static final int SERVERS_EACH = 4;

    static Alternatives measure(DataSource production, int atOnce) throws Exception {
        byte[] rows = Items.dump(production);
        Alternatives measured = new Alternatives(new Timings(), new Timings());
        ExecutorService threads = Executors.newFixedThreadPool(atOnce);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < atOnce; i++) {
                running.add(threads.submit(() -> {
                    measured.measure(rows);
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        return measured;
    }

    private void measure(byte[] rows) throws Exception {
        for (int i = 0; i < SERVERS_EACH; i++) {
            long started = System.nanoTime();
            try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
                DataSource shared = server.getPostgresDatabase();
                Items.createAndLoad(shared, rows);
                embedded.add(System.nanoTime() - started);
                for (int j = 0; j * SERVERS_EACH < TRUNCATIONS_EACH; j++) {
                    started = System.nanoTime();
                    Items.truncateAndLoad(shared, rows);
                    truncation.add(System.nanoTime() - started);
                }
            }
        }
    }
}
