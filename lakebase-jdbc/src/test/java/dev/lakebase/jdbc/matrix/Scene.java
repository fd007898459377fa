package dev.lakebase.jdbc.matrix;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.jdbc.ReadOnlyWork;
import dev.lakebase.jdbc.TestAccess;
import dev.lakebase.jdbc.fake.Crowd;
import dev.lakebase.jdbc.fake.JumpingTime;
import dev.lakebase.jdbc.login.LakebaseListener;
import dev.lakebase.jdbc.login.LoginFailure;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.local.faults.ConnectionFault;
import dev.lakebase.local.faults.ConnectionFault.Kind;
import dev.lakebase.local.faults.Fault;
import dev.lakebase.local.faults.InjectedFault;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The stage of one row: a Lakebase Local whose faults end with the row, and what the crowd is to do. */
final class Scene implements AutoCloseable {
    /** What each borrower does with its connection. */
    interface Work {
        void run(LakebaseDataSource dataSource) throws Exception;
    }

    private static final AtomicInteger NUMBER = new AtomicInteger();

    final LakebaseLocal local;
    final ShiftedClock clock;
    private final Expected.When when;
    private final JumpingTime time = new JumpingTime();
    private final AtomicInteger retries = new AtomicInteger();
    private final List<InjectedFault> injected = new ArrayList<>();
    private final List<AutoCloseable> toClose = new ArrayList<>();

    Work work = dataSource -> {
        try (Connection connection = dataSource.getConnection()) {
            if (!connection.isValid(10)) {
                throw new SQLException("a dead connection was handed out");
            }
        }
    };

    /** Called with the borrowing threads once they have begun. */
    Crowding whileTheyWait = (dataSource, threads) -> {};

    /** What else is so after they all have their outcome. */
    Runnable afterwards = () -> {};

    boolean virtual;

    interface Crowding {
        void act(LakebaseDataSource dataSource, List<Thread> threads) throws Exception;
    }

    Scene(LakebaseLocal local, ShiftedClock clock, Expected.When when) {
        this.local = local;
        this.clock = clock;
        this.when = when;
        if (when == Expected.When.BUDGET) {
            spendTheBudget();
        }
    }

    InjectedFault inject(Fault fault) {
        InjectedFault injected = local.faults().inject(fault);
        this.injected.add(injected);
        return injected;
    }

    /** A row whose fault met nobody shows nothing. */
    boolean faultsStruck() {
        // refused connections are not counted
        return injected.stream()
                .allMatch(fault -> isOneOf(fault, Kind.REFUSED) ? retries.get() > 1 : fault.strikes() > 0);
    }

    /** Logins have been told so several times, and don't just wait for an answer. */
    private boolean faultsAreKnown() {
        boolean answered = injected.stream()
                .anyMatch(fault -> isOneOf(
                        fault,
                        Kind.REFUSED,
                        Kind.RESET,
                        Kind.STARTING_UP,
                        Kind.TOO_MANY_CONNECTIONS,
                        Kind.AUTHORIZATION_FAILED));
        return faultsStruck() && (!answered || retries.get() > 2);
    }

    private static boolean isOneOf(InjectedFault injected, Kind... kinds) {
        return injected.fault() instanceof ConnectionFault fault
                && List.of(kinds).contains(fault.kind());
    }

    /** Once the faults have struck, the wake budget passes: nobody waits for it, however slow the machine is. */
    private void spendTheBudget() {
        whileTheyWait = (dataSource, threads) -> {
            Crowd.await(this::faultsAreKnown);
            time.jump(when.wakeBudget.plusSeconds(1));
        };
    }

    /** A DataSource for the branch production with the row's time-outs. */
    LakebaseDataSource.Builder builder() {
        return builder(Map.of());
    }

    LakebaseDataSource.Builder builder(Map<String, String> instead) {
        Map<String, String> environment = new HashMap<>(local.environment());
        environment.putAll(instead);
        environment.values().removeIf("(unset)"::equals);
        return timed(
                LakebaseDataSource.builder().environment(environment),
                () -> LakebaseClient.builder().environment(environment).build());
    }

    /** A DataSource of nothing but explicit settings, with the row's time-outs. */
    LakebaseDataSource.Builder bare() {
        return timed(LakebaseDataSource.builder().environment(Map.of()), this::client);
    }

    private LakebaseDataSource.Builder timed(LakebaseDataSource.Builder builder, Supplier<LakebaseClient> client) {
        if (when == Expected.When.BUDGET) {
            TestAccess.time(builder, time, close(client.get()));
        }
        builder.listener(new LakebaseListener() {
            @Override
            public void retried(Retried event) {
                retries.incrementAndGet();
            }
        });
        return builder.connectionTimeout(when.connectionTimeout)
                .wakeBudget(when.wakeBudget)
                .maximumPoolSize(4);
    }

    LakebaseClient client() {
        return close(LakebaseClient.builder()
                .host(local.host().toString())
                .token(local.token())
                .build());
    }

    /** A DataSource for that endpoint, whose host is looked up. */
    LakebaseDataSource.Builder at(EndpointName endpoint) {
        return bare().client(client()).endpoint(endpoint).sslRootCert(local.caCertificate());
    }

    EndpointName branch() {
        String id = "row-" + NUMBER.incrementAndGet();
        create(id);
        return endpoint(id);
    }

    void create(String id) {
        client().branches(local.project())
                .create(id, spec -> spec.from("production").expiresIn(Duration.ofDays(1)))
                .await(Duration.ofMinutes(1));
    }

    EndpointName endpoint(String branch) {
        return EndpointName.parse("projects/" + local.project() + "/branches/" + branch + "/endpoints/primary");
    }

    /** Runs SQL as the owner, in the branch production. */
    void execute(String sql) throws SQLException {
        try (LakebaseDataSource owner = LakebaseDataSource.fromEnvironment(local.environment());
                Connection connection = owner.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Ends the fault once logins have met it so often. */
    static LakebaseListener endsAfter(int retries, LoginFailure reason, InjectedFault fault) {
        var met = new AtomicInteger();
        return new LakebaseListener() {
            @Override
            public void retried(Retried event) {
                if (event.reason() == reason && met.incrementAndGet() == retries) {
                    fault.close();
                }
            }
        };
    }

    static <T> Work readOnly(ReadOnlyWork<T> reading) {
        return dataSource -> dataSource.readOnly(reading);
    }

    <T extends AutoCloseable> T close(T later) {
        toClose.add(0, later);
        return later;
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable each : toClose) {
            each.close();
        }
    }
}
