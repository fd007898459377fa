package dev.lakebase.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Borrow from a pool that has no connection left: a login, and with tokens a cached one. The sides take turns at each login, so
 * that a busy neighbour slows both; a round is the medians of some.
 */
final class NewConnections {
    private static final int WARM_UPS = 10;
    private static final int ROUNDS = 21;
    private static final int LOGINS = 20;

    /** HikariCP's adder thread sleeps for 30 ms after each connection; who comes earlier measures that sleep. */
    private static final long REST_MILLIS = 50;

    private NewConnections() {}

    static void run(Place place) throws SQLException, InterruptedException {
        compare(place, Variant.BARE_NATIVE, Variant.LAKEBASE_NATIVE);
        compare(place, Variant.BARE_TOKEN, Variant.LAKEBASE_TOKEN);
    }

    private static void compare(Place place, Variant bare, Variant ours) throws SQLException, InterruptedException {
        var ratios = new Ratios("ms");
        try (HikariDataSource barePool = bare.open(place);
                HikariDataSource oursPool = ours.open(place)) {
            for (int round = -WARM_UPS; round < ROUNDS; round++) {
                List<Double> bareMillis = new ArrayList<>();
                List<Double> oursMillis = new ArrayList<>();
                for (int login = 0; login < LOGINS; login++) {
                    boolean bareFirst = login % 2 == 0;
                    double first = logIn(bareFirst ? barePool : oursPool);
                    double second = logIn(bareFirst ? oursPool : barePool);
                    bareMillis.add(bareFirst ? first : second);
                    oursMillis.add(bareFirst ? second : first);
                }
                if (round >= 0) {
                    ratios.add(Ratios.median(bareMillis), Ratios.median(oursMillis));
                }
            }
        }
        ratios.print(bare.name(), ours.name());
    }

    private static double logIn(HikariDataSource pool) throws SQLException, InterruptedException {
        TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
        long start = System.nanoTime();
        try (Connection connection = pool.getConnection()) {
            long end = System.nanoTime();
            pool.evictConnection(connection);
            return (end - start) / (double) TimeUnit.MILLISECONDS.toNanos(1);
        }
    }
}
