package dev.lakebase.jdbc.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.jdbc.fake.JumpingTime;
import dev.lakebase.jdbc.login.LakebaseConnector;
import dev.lakebase.local.LakebaseLocal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Pools of all shapes under load, and one mishap after another. What goes wrong for a borrower must be of the mishap; when it
 * is over everybody is served at once, far sooner than any time-out would hide; and in the end nothing is left.
 */
class ChaosTest {
    /** Far below every connectionTimeout but that of the hasty pool, and many times what a login takes. */
    private static final long AT_ONCE_MILLIS = 2000;

    /** A dead connection may be handed out for half a second, and what is told of a failed login for one. */
    private static final long AFTERPAINS_MILLIS = 1500;

    private static final long GRACE_MILLIS = 500;

    /** Ours, and those of statements whose connection is closed under them. */
    private static final Set<String> CLOSED = Set.of("08003", "08006");

    private static final int QUIET_MACHINE = 1;
    private static final int BUSY_MACHINE = 5;

    private static final String NAME = "chaos";

    private final long seed = Long.getLong("chaos.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final JumpingTime time = new JumpingTime();
    private final List<Customer> customers = new ArrayList<>();
    private final List<LakebaseDataSource> pools = new ArrayList<>();
    private Set<String> explained = Set.of();
    private int patience;

    @Test
    @Timeout(120)
    void everyPoolServesAgainAfterEachOfSomeMishaps() throws Exception {
        survive(8, 400, BUSY_MACHINE);
    }

    @Test
    @Tag("soak")
    @Timeout(3000)
    void everyPoolServesAgainAfterEachOfManyMishaps() throws Exception {
        survive(Integer.getInteger("chaos.mishaps", 100), 4000, QUIET_MACHINE);
    }

    /** @param machine what takes a second on a quiet machine may take so many */
    private void survive(int mishaps, int longestMillis, int machine) throws Exception {
        patience = machine;
        System.out.printf("%d mishaps, seed %d%n", mishaps, seed);
        try (LakebaseLocal local = LakebaseLocal.builder().faultSeed(seed).start();
                LakebaseClient client = LakebaseClient.builder()
                        .host(local.host().toString())
                        .token(local.token())
                        .timeSource(time)
                        .build();
                LakebaseDataSource owner = LakebaseDataSource.fromEnvironment(local.environment())) {
            execute(owner, "CREATE ROLE plain LOGIN PASSWORD 'plain-password'");
            open(local, client);
            try {
                awaitService(0, "the start");
                for (int i = 0; i < mishaps; i++) {
                    List<Mishap> now = new ArrayList<>();
                    now.add(Mishap.any(random, local, time, pools));
                    if (random.nextInt(4) == 0) {
                        now.add(Mishap.any(random, local, time, pools));
                    }
                    suffer(now, 1 + random.nextInt(longestMillis), owner);
                    if (random.nextInt(5) == 0) {
                        closeUnderLoad(local, client);
                    }
                }
            } finally {
                customers.forEach(Customer::leave);
                pools.forEach(LakebaseDataSource::close);
            }
            assertNothingIsLeft(owner);
        }
    }

    private void open(LakebaseLocal local, LakebaseClient client) {
        open(5, builder(local, client, "crowded").maximumPoolSize(2));
        open(3, builder(local, client, "single").maximumPoolSize(1));
        open(3, builder(local, client, "ready").maximumPoolSize(3).hikari(hikari -> hikari.setMinimumIdle(2)));
        open(
                3,
                builder(local, client, "hasty")
                        .maximumPoolSize(2)
                        .connectionTimeout(Duration.ofSeconds(2L * patience)));
        open(
                2,
                builder(local, client, "fleeting")
                        .maximumPoolSize(4)
                        .maxLifetime(Duration.ofSeconds(30))
                        .hikari(hikari -> {
                            hikari.setMinimumIdle(1);
                            hikari.setIdleTimeout(10_000);
                        }));
        open(
                3,
                LakebaseDataSource.builder()
                        .environment(Map.of())
                        .name(NAME + "-native")
                        .applicationName(NAME)
                        .host("localhost")
                        .port(Integer.parseInt(local.environment().get("PGPORT")))
                        .user("plain")
                        .password("plain-password")
                        .sslRootCert(local.caCertificate())
                        .maximumPoolSize(2));
    }

    private static LakebaseDataSource.Builder builder(LakebaseLocal local, LakebaseClient client, String name) {
        return LakebaseDataSource.builder()
                .client(client)
                .name(NAME + "-" + name)
                .applicationName(NAME)
                .endpoint(local.endpoint())
                .sslRootCert(local.caCertificate());
    }

    private LakebaseDataSource open(int threads, LakebaseDataSource.Builder builder) {
        LakebaseDataSource pool = builder.build();
        pools.add(pool);
        for (int i = 0; i < threads; i++) {
            customers.add(new Customer(pool, i, random.nextLong()));
        }
        return pool;
    }

    private void suffer(List<Mishap> now, int millis, LakebaseDataSource owner) throws Exception {
        String what = now.stream().map(Mishap::name).collect(Collectors.joining("; and "));
        Set<String> before = explained;
        explained = new TreeSet<>();
        now.forEach(each -> explained.addAll(each.explains()));
        List<AutoCloseable> ends = new ArrayList<>();
        for (Mishap each : now) {
            ends.add(each.begin().now());
        }
        pause(millis);
        for (AutoCloseable end : ends) {
            end.close();
        }
        awaitCompute(owner);
        long over = System.nanoTime();
        long rest = now.stream().anyMatch(Mishap::remembered) ? millis + 1000L : 0;
        awaitService(rest, what);
        pause(random.nextInt(10) == 0 ? 2000 : random.nextInt(200));
        Set<String> allowed = new TreeSet<>(before);
        allowed.addAll(explained);
        long afterpains = over + TimeUnit.MILLISECONDS.toNanos(AFTERPAINS_MILLIS * patience + rest);
        for (Customer customer : customers) {
            for (Customer.Complaint each; (each = customer.complaints().poll()) != null; ) {
                assertThat(allowed).as("%s: %s", what, each).contains(each.kind());
                assertThat(each.began()).as("%s, over: %s", what, each).isLessThan(afterpains);
            }
            assertThat(customer.longestMillis())
                    .as("longest wait of %s, ms: %s", customer.getName(), what)
                    .isLessThan(customer.pool().getConnectionTimeout() + GRACE_MILLIS * patience);
        }
    }

    /** A login of its own, past all pools. */
    private void awaitCompute(LakebaseDataSource owner) {
        await(
                20_000,
                () -> {
                    try {
                        owner.unwrap(LakebaseConnector.class).getConnection().close();
                        return true;
                    } catch (SQLException e) {
                        return false;
                    }
                },
                () -> "the compute does not come up");
    }

    /** Everybody comes and is served, twice: the first time may have begun before. */
    private void awaitService(long restMillis, String after) {
        Map<Customer, Integer> before = new HashMap<>();
        customers.forEach(customer -> before.put(customer, customer.served()));
        long start = System.nanoTime();
        await(
                AT_ONCE_MILLIS * patience + restMillis,
                () -> before.entrySet().stream().allMatch(each -> each.getKey().served() >= each.getValue() + 2),
                () -> after + " is over, but not served: "
                        + before.entrySet().stream()
                                .filter(each -> each.getKey().served() < each.getValue() + 2)
                                .map(each -> each.getKey().getName() + " "
                                        + each.getKey().complaints())
                                .collect(Collectors.joining(", ")));
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        System.out.printf("%6d ms: %s%n", took, after);
    }

    /** Everybody hears so at once. */
    private void closeUnderLoad(LakebaseLocal local, LakebaseClient client) {
        List<Customer> others = List.copyOf(customers);
        LakebaseDataSource closing = open(4, builder(local, client, "closing").maximumPoolSize(1 + random.nextInt(2)));
        List<Customer> mine = new ArrayList<>(customers);
        mine.removeAll(others);
        customers.removeAll(mine);
        pools.remove(closing);
        pause(random.nextInt(300));
        mine.forEach(Customer::leave);
        closing.close();
        await(
                AT_ONCE_MILLIS * patience,
                () -> mine.stream().noneMatch(Thread::isAlive),
                () -> "closed, but they wait: "
                        + mine.stream().filter(Thread::isAlive).toList());
        mine.stream()
                .flatMap(customer -> customer.complaints().stream())
                .forEach(each -> assertThat(each)
                        .as("what a close explains")
                        .matches(it -> it.kind().contains("closed") || CLOSED.contains(it.kind())));
    }

    private void assertNothingIsLeft(LakebaseDataSource owner) throws SQLException {
        await(10_000, () -> customers.stream().noneMatch(Thread::isAlive), () -> "customers who do not leave");
        await(
                10_000,
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith(NAME)),
                () -> "threads of closed pools");
        try (Connection connection = owner.getConnection();
                Statement statement = connection.createStatement();
                ResultSet left = statement.executeQuery(
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + NAME + "'")) {
            left.next();
            assertThat(left.getInt(1)).as("sessions of closed pools").isZero();
        }
    }

    private static void execute(LakebaseDataSource pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void await(long millis, BooleanSupplier condition, Supplier<String> complaint) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("seed " + seed + ", " + millis + " ms: " + complaint.get() + "\n" + threads());
            }
            pause(2);
        }
    }

    /** Of the customers, the pools and the logins. */
    private static String threads() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(each -> each.getKey().getName().contains(NAME))
                .map(each -> each.getKey() + "\n"
                        + Arrays.stream(each.getValue())
                                .map(frame -> "    at " + frame + "\n")
                                .collect(Collectors.joining()))
                .collect(Collectors.joining("\n"));
    }

    private static void pause(int millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
