package dev.lakebase.jdbc.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.jdbc.fake.JumpingTime;
import dev.lakebase.jdbc.login.LakebaseListener;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.local.faults.HttpFault;
import dev.lakebase.local.faults.InjectedFault;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tokens are replaced again and again under load, by a service that is slow and fails. The client's clock jumps
 * ahead to where its token is stale; the platform reckons with its own, as it does.
 */
class RotationTest {
    /** Of a token's hour, after which it is surely stale (at 88 % of what is used of it), and for 7 minutes surely valid. */
    private static final Duration STALE = Duration.ofSeconds(3165);

    private final JumpingTime time = new JumpingTime();
    private final AtomicInteger minted = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private LakebaseLocal local;
    private long failedCalls;

    @BeforeEach
    void start() {
        local = LakebaseLocal.builder().faultSeed(500).start();
    }

    @AfterEach
    void stop() {
        local.close();
    }

    @Test
    @Timeout(120)
    void noBorrowFailsWhileTokensRotate() throws Exception {
        Load load = rotate(3, 3, Duration.ofMillis(200));
        assertThat(load.failures()).isEmpty();
        assertThat(minted).hasValueGreaterThanOrEqualTo(9);
    }

    @Test
    @Tag("soak")
    @Timeout(3000)
    void fiveHundredRotationsAreNoticedByNobody() throws Exception {
        Duration latency = Duration.ofSeconds(2);
        Load plain = withNativePassword(Duration.ofSeconds(60));
        Load load = rotate(10, 50, latency);
        System.out.printf(
                "rotations: %d tokens minted, %d calls and %d whole mints failed%n  tokens: %s%n  native: %s%n",
                minted.get(), failedCalls, failed.get(), load, plain);
        assertThat(load.failures()).isEmpty();
        assertThat(minted).hasValueGreaterThanOrEqualTo(500);
        assertThat(failedCalls).as("calls of the mint that failed").isGreaterThan(100);
        // whoever came at a random moment of a mint and waited for it would be beyond that more often than not
        assertThat(load.millis(1)).as("longest borrow, ms").isLessThan(latency.toMillis() / 2.0);
    }

    private Load rotate(int clients, int rounds, Duration latency) throws Exception {
        var toClose = new ArrayList<AutoCloseable>();
        var load = new Load();
        try {
            List<LakebaseDataSource> pools = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                LakebaseDataSource pool = pool(toClose);
                pool.getConnection().close();
                pools.add(pool);
                load.add(2, () -> borrow(pool));
            }
            local.faults().inject(HttpFault.latency(latency).on("POST", "credentials"));
            InjectedFault failing = local.faults()
                    .inject(HttpFault.status(500).on("POST", "credentials").probability(0.3));
            for (int round = 0; round < rounds; round++) {
                int target = minted.get() + clients;
                time.jump(STALE);
                await(() -> minted.get() >= target);
                pools.forEach(pool -> pool.getHikariPoolMXBean().softEvictConnections()); // the next borrows log in
            }
            failedCalls = failing.strikes();
        } finally {
            load.close();
            for (AutoCloseable each : toClose) {
                each.close();
            }
        }
        return load;
    }

    /** The same load without tokens. */
    private Load withNativePassword(Duration duration) throws Exception {
        try (LakebaseDataSource owner = LakebaseDataSource.fromEnvironment(local.environment());
                Connection connection = owner.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE plain LOGIN PASSWORD 'plain-password'");
        }
        var load = new Load();
        var pools = new ArrayList<LakebaseDataSource>();
        for (int i = 0; i < 10; i++) {
            LakebaseDataSource pool = LakebaseDataSource.builder()
                    .environment(Map.of())
                    .host("localhost")
                    .port(Integer.parseInt(local.environment().get("PGPORT")))
                    .user("plain")
                    .password("plain-password")
                    .sslRootCert(local.caCertificate())
                    .maximumPoolSize(2)
                    .build();
            pools.add(pool);
            pool.getConnection().close();
            load.add(2, () -> borrow(pool));
        }
        long end = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
            pools.forEach(pool -> pool.getHikariPoolMXBean().softEvictConnections());
        }
        load.close();
        pools.forEach(LakebaseDataSource::close);
        return load;
    }

    private LakebaseDataSource pool(List<AutoCloseable> toClose) {
        LakebaseClient client = LakebaseClient.builder()
                .host(local.host().toString())
                .token(local.token())
                .timeSource(time)
                .build();
        toClose.add(client);
        LakebaseDataSource pool = LakebaseDataSource.builder()
                .client(client)
                .endpoint(local.endpoint())
                .sslRootCert(local.caCertificate())
                .maximumPoolSize(2)
                .listener(new LakebaseListener() {
                    @Override
                    public void minted(Minted event) {
                        minted.incrementAndGet();
                    }

                    @Override
                    public void mintFailed(MintFailed event) {
                        failed.incrementAndGet();
                    }
                })
                .build();
        toClose.add(0, pool);
        return pool;
    }

    private static void borrow(LakebaseDataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2)); // load, not a benchmark
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(100);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("a rotation within 100 s").isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }
}
