package dev.lakebase.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Borrow from a pool that has none left: a login, and with tokens a cached one. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@SuppressWarnings("NullAway.Init") // set up by JMH
public class NewConnection {
    @Param({"BARE_NATIVE", "LAKEBASE_NATIVE", "BARE_TOKEN", "LAKEBASE_TOKEN"})
    public Variant variant;

    /** HikariCP's adder thread sleeps for 30 ms after each connection; who comes earlier measures that sleep. */
    private static final long REST_MILLIS = 50;

    private HikariDataSource pool;

    @Setup
    public void open() throws SQLException {
        pool = variant.open(Place.given());
        pool.getConnection().close();
    }

    @Setup(Level.Invocation)
    public void rest() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
    }

    @TearDown
    public void close() {
        pool.close();
    }

    @Benchmark
    public Connection logIn() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            pool.evictConnection(connection);
            return connection;
        }
    }
}
