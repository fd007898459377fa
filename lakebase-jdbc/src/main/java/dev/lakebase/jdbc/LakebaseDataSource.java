package dev.lakebase.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.SQLExceptionOverride;
import dev.lakebase.client.BranchName;
import dev.lakebase.client.EndpointName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.credential.CredentialClaim;
import dev.lakebase.client.credential.RefreshPolicy;
import dev.lakebase.jdbc.login.ConnectorBuilder;
import dev.lakebase.jdbc.login.LakebaseConnector;
import dev.lakebase.jdbc.login.LakebaseListener;
import dev.lakebase.jdbc.login.LoginGate;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A pooled {@link javax.sql.DataSource} for a Lakebase branch: tokens, host, user, TLS and a sleeping compute are its
 * business. It is a HikariCP pool in every other respect, and takes HikariCP's own settings.
 *
 * <p>Nothing happens until the first {@link #getConnection()}: neither construction nor {@link Builder#build()} makes a network
 * call or starts a thread. A borrow blocks for at most {@code connectionTimeout} (30 s by default) and may be interrupted. While
 * the pool is empty, all who wait for a login hear at once why it failed. Where HikariCP has connections, or believes so until
 * it finds them dead, it keeps its borrowers until their deadline, and the reason is the cause of its time-out. The very first
 * borrow, in which HikariCP starts its pool, may take longer by what its login took if what is done with a new connection
 * ({@code connectionInitSql}) fails.
 *
 * <p>Defaults that differ from HikariCP's, so that a compute can go to sleep: {@code minimumIdle} 0, {@code idleTimeout} 30 s,
 * no keep-alive; {@code initializationFailTimeout} -1. A token is checked at login only, so {@code maxLifetime} (30 minutes by
 * default) is how long a connection outlives the revocation of its identity.
 *
 * <p>After a suspend the next borrow finds its connection dead, logs in and so wakes the compute. HikariCP does not look at a
 * connection that was in use less than 500 ms before (system property {@code com.zaxxer.hikari.aliveBypassWindowMs}): one that
 * dies inside that window fails its borrower's first statement, with SQLState 57P01 or 08006.
 *
 * <p>What is not set explicitly comes from the environment, see {@link LakebaseEnvironment}: a target named here (endpoint,
 * branch, instance or host) replaces the environment's as a whole; the user is, in this order, the one set here, {@code PGUSER},
 * {@code DATABRICKS_CLIENT_ID} (neither when a client was handed in), or whoever the client is. TLS is always verified in full.
 *
 * <p>Thread-safe once configured.
 */
public class LakebaseDataSource extends LakebaseBean {
    /**
     * The platform suspends a compute after 60 s without use at the earliest. HikariCP looks for idle connections every
     * 30 s, so one is closed after at most 60 s, before the compute would drop it.
     */
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(30);

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Borrower borrower = new Borrower(this, this::newGate);
    private final Losses losses =
            new Losses(this::getPoolName, this::getHikariPoolMXBean, () -> super.getExceptionOverride());

    /** A bean to be configured by its setters until the first {@link #getConnection()}. */
    @SuppressWarnings("this-escape") // nobody sees it before it is done
    public LakebaseDataSource() {
        connectThrough(borrower.face());
        setPoolName("lakebase-" + NUMBER.incrementAndGet());
        setInitializationFailTimeout(-1);
        setMinimumIdle(0);
        setIdleTimeout(IDLE_TIMEOUT.toMillis());
        setKeepaliveTime(0);
    }

    /**
     * By the environment of this process: {@code LAKEBASE_ENDPOINT} at least.
     *
     * @throws InvalidSettingException if a variable is missing or malformed
     */
    public static LakebaseDataSource fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    /**
     * By these variables, in place of the process's.
     *
     * @throws InvalidSettingException if a variable is missing or malformed
     */
    public static LakebaseDataSource fromEnvironment(Map<String, String> variables) {
        return builder().environment(variables).build();
    }

    /** Starts with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Connection getConnection() throws SQLException {
        return borrower.borrow();
    }

    /**
     * Runs work that only reads, in a read-only transaction, and runs it again if its connection is lost (SQLState 08…, 57P01
     * to 57P03) as a suspend or a restart of the compute does. Repeats while less than {@code connectionTimeout} has passed
     * since the first loss. Everything else that goes wrong is thrown as it is, and so is the failure to borrow.
     *
     * <p>The work must do nothing that a repetition would do twice, and take everything out of the connection before it
     * returns: the connection is given back then.
     *
     * @param work is given a connection whose transaction PostgreSQL keeps read-only
     * @return what the work returned
     * @throws SQLException what the work threw, or the reason why there is no connection
     */
    public <T> T readOnly(ReadOnlyWork<T> work) throws SQLException {
        return readOnly(Duration.ofMillis(getConnectionTimeout()), work);
    }

    /** The same, repeated while less than {@code budget} has passed since the first loss. */
    public <T> T readOnly(Duration budget, ReadOnlyWork<T> work) throws SQLException {
        return new ReadOnlyRun(this, borrower.gate(), budget).call(work);
    }

    Connection borrow(Duration atMost) throws SQLException {
        return borrower.borrow(atMost);
    }

    Connection fromHikari() throws SQLException {
        return super.getConnection();
    }

    private LoginGate newGate() {
        return new LoginGate(settings().connector(this));
    }

    /** The one that HikariCP asks: ours, which asks the one that was set. */
    @Override
    public SQLExceptionOverride getExceptionOverride() {
        return losses;
    }

    /** Ends logins under way. All who wait hear so at once. Then closes the pool and a client that was not handed in. */
    @Override
    public void close() {
        beginToClose();
        LoginGate current = borrower.gateOrNull();
        if (current != null) {
            current.close();
        }
        borrower.dismiss();
        super.close();
        LoginGate late = borrower.gateOrNull(); // made by a borrow that raced with us
        if (late != null && late != current) {
            late.close();
        }
    }

    /**
     * The endpoint that the settings or the environment name; null where they name a branch, or a bare host. Sends nothing.
     *
     * @throws InvalidSettingException if the environment's is malformed
     */
    public @Nullable EndpointName endpointName() {
        return settings().namedEndpoint();
    }

    /**
     * The branch that the settings or the environment name, by itself or by its endpoint; null for a bare host. Sends
     * nothing.
     *
     * @throws InvalidSettingException if the environment's endpoint is malformed
     */
    public @Nullable BranchName branchName() {
        return settings().namedBranch();
    }

    /**
     * The client for questions about this pool's branch: the one that was handed in, or the pool's own, which is closed with
     * it; null where a native login needs none. Sends nothing; fixes the settings unless a client was handed in.
     *
     * @throws InvalidSettingException if a setting is missing or malformed
     */
    public @Nullable LakebaseClient client() {
        if (settings().client == null) {
            borrower.gate(); // makes it
            return settings().own;
        }
        return settings().client;
    }

    /** Tells the listener what logins do from now on, after those already added. May be called at any time. */
    public void addListener(LakebaseListener listener) {
        boolean early =
                !isInUse() && borrower.beforeGate(() -> settings().listeners.add(listener));
        if (!early) {
            borrower.gate().connector().addListener(listener);
        }
    }

    /** The {@link LakebaseConnector} behind this pool, before its first borrow too; that fixes the settings. Or HikariCP's. */
    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type == LakebaseConnector.class ? type.cast(borrower.gate().connector()) : super.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type == LakebaseConnector.class || super.isWrapperFor(type);
    }

    @Override
    boolean isInUse() {
        return borrower != null && borrower.gateOrNull() != null; // HikariCP's constructor may ask before it is there
    }

    @Override
    public String toString() {
        LoginGate current = borrower.gateOrNull();
        return "LakebaseDataSource[" + getPoolName() + (current == null ? "" : ", " + current.connector()) + "]";
    }

    /** Builds a {@link LakebaseDataSource}. Contradictions and malformed values fail at the setter. Not thread-safe. */
    public static final class Builder {
        private final LakebaseDataSource dataSource = new LakebaseDataSource();

        private Builder() {}

        /** See {@link LakebaseDataSource#setClient}. */
        public Builder client(LakebaseClient client) {
            dataSource.setClient(client);
            return this;
        }

        /** See {@link LakebaseDataSource#setEndpoint}. */
        public Builder endpoint(String endpoint) {
            dataSource.setEndpoint(endpoint);
            return this;
        }

        /** See {@link LakebaseDataSource#setEndpoint}. */
        public Builder endpoint(EndpointName endpoint) {
            dataSource.change().endpoint(endpoint);
            return this;
        }

        /** See {@link LakebaseDataSource#setBranch}. */
        public Builder branch(String branch) {
            dataSource.setBranch(branch);
            return this;
        }

        /** See {@link LakebaseDataSource#setBranch}. */
        public Builder branch(BranchName branch) {
            dataSource.change().branch(branch);
            return this;
        }

        /** See {@link LakebaseDataSource#setInstance}. */
        public Builder instance(String instance) {
            dataSource.setInstance(instance);
            return this;
        }

        /** See {@link LakebaseDataSource#setHost}. */
        public Builder host(String host) {
            dataSource.setHost(host);
            return this;
        }

        /** See {@link LakebaseDataSource#setPort}. */
        public Builder port(int port) {
            dataSource.setPort(port);
            return this;
        }

        /** See {@link LakebaseDataSource#setDatabase}. */
        public Builder database(String database) {
            dataSource.setDatabase(database);
            return this;
        }

        /** See {@link LakebaseDataSource#setUser}. */
        public Builder user(String user) {
            dataSource.setUser(user);
            return this;
        }

        /** See {@link LakebaseDataSource#setSslRootCert}. */
        public Builder sslRootCert(Path sslRootCert) {
            dataSource.change().sslRootCert(sslRootCert);
            return this;
        }

        /** Logs in with this native Postgres password instead of tokens. */
        public Builder password(String password) {
            dataSource.setPasswordSupplier(() -> password);
            return this;
        }

        /** See {@link LakebaseDataSource#setPasswordSupplier}. */
        public Builder password(Supplier<String> password) {
            dataSource.setPasswordSupplier(password);
            return this;
        }

        /** See {@link LakebaseDataSource#setApplicationName}. */
        public Builder applicationName(String applicationName) {
            dataSource.setApplicationName(applicationName);
            return this;
        }

        /** The pool's name in logs, metrics and JMX. Default {@code lakebase-1} and so on. */
        public Builder name(String name) {
            dataSource.setPoolName(LakebaseSettings.notBlank("name", name));
            return this;
        }

        /** See {@link LakebaseDataSource#setStatementTimeout}. */
        public Builder statementTimeout(Duration statementTimeout) {
            dataSource.setStatementTimeout(statementTimeout);
            return this;
        }

        /** See {@link LakebaseDataSource#setIdleInTransactionTimeout}. */
        public Builder idleInTransactionTimeout(Duration idleInTransactionTimeout) {
            dataSource.setIdleInTransactionTimeout(idleInTransactionTimeout);
            return this;
        }

        /** The schema that unqualified names are looked up in. Default: the role's {@code search_path}. */
        public Builder schema(String schema) {
            dataSource.setSchema(LakebaseSettings.notBlank("schema", schema));
            return this;
        }

        /** See {@link LakebaseDataSource#setReadOnly}. */
        public Builder readOnly(boolean readOnly) {
            dataSource.setReadOnly(readOnly);
            return this;
        }

        /** See {@link LakebaseDataSource#setTokenTtl}. */
        public Builder tokenTtl(Duration tokenTtl) {
            dataSource.setTokenTtl(tokenTtl);
            return this;
        }

        /** See {@link LakebaseDataSource#setTokenClaims}. */
        public Builder tokenClaims(CredentialClaim... tokenClaims) {
            dataSource.setTokenClaims(List.of(tokenClaims));
            return this;
        }

        /** See {@link LakebaseDataSource#setRefreshPolicy}. */
        public Builder refreshPolicy(RefreshPolicy refreshPolicy) {
            dataSource.setRefreshPolicy(refreshPolicy);
            return this;
        }

        /** See {@link LakebaseDataSource#addListener}. */
        public Builder listener(LakebaseListener listener) {
            dataSource.addListener(listener);
            return this;
        }

        /** See {@link LakebaseDataSource#setWakeBudget}. */
        public Builder wakeBudget(Duration wakeBudget) {
            dataSource.setWakeBudget(wakeBudget);
            return this;
        }

        /** The most connections, in use or idle. Default 10. */
        public Builder maximumPoolSize(int maximumPoolSize) {
            dataSource.setMaximumPoolSize(maximumPoolSize);
            return this;
        }

        /** How long a borrow may take. Default 30 s. */
        public Builder connectionTimeout(Duration connectionTimeout) {
            dataSource.setConnectionTimeout(connectionTimeout.toMillis());
            return this;
        }

        /** How long a connection is used, and so how long it outlives a revocation. Default 30 minutes. */
        public Builder maxLifetime(Duration maxLifetime) {
            dataSource.setMaxLifetime(maxLifetime.toMillis());
            return this;
        }

        /** A pgjdbc property, by its own name. */
        public Builder connectionProperty(String name, String value) {
            dataSource.addDataSourceProperty(name, value);
            return this;
        }

        /** HikariCP's own settings. Those that would bypass the Lakebase login refuse. */
        public Builder hikari(Consumer<HikariConfig> settings) {
            settings.accept(dataSource);
            return this;
        }

        /** For tests: see {@link LakebaseSettings#platform}. */
        void platform(Consumer<ConnectorBuilder> platform) {
            dataSource.change().platform = platform;
        }

        /** The variables to use in place of the process's environment. */
        public Builder environment(Map<String, String> variables) {
            dataSource.setEnvironment(variables);
            return this;
        }

        /**
         * Checks that nothing is missing. No network call. Call it once.
         *
         * @throws InvalidSettingException if a setting is missing
         */
        public LakebaseDataSource build() {
            dataSource.borrower.gate();
            return dataSource;
        }
    }
}
