package dev.lakebase.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Borrow and give back a connection that the pool has. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // set up by JMH
public class WarmBorrow {
    @Param({"BARE_NATIVE", "LAKEBASE_NATIVE"})
    public Variant variant;

    private HikariDataSource pool;

    @Setup
    public void open() throws SQLException {
        pool = variant.open(Place.given());
        pool.getConnection().close();
    }

    @TearDown
    public void close() {
        pool.close();
    }

    @Benchmark
    public Connection borrow() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return connection;
        }
    }
}
