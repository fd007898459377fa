package dev.lakebase.jdbc.login;

import dev.lakebase.client.TimeSource;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Makes physical connections to Lakebase: a plain {@link DataSource} that logs in anew at each {@link #getConnection()}, for
 * other pools or for none. {@code LakebaseDataSource} is this with a HikariCP pool.
 *
 * <p>Each login has one budget for everything ({@link WakePolicy#budget()}, or {@link #setLoginTimeout} if set), may be
 * interrupted, and runs on a daemon thread of this object. Thread-safe. {@link #close()} ends what is under way; connections
 * already handed out live on.
 */
public final class LakebaseConnector implements DataSource, AutoCloseable {
    // logins end at their own deadline; this is for those that can't, such as in a DNS look-up
    private static final Duration GRACE = Duration.ofMillis(50);

    private final LoginParts parts;
    private final @Nullable AutoCloseable owned;
    private final ThreadPoolExecutor threads;
    private final Set<Login> underWay = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile @Nullable Duration loginTimeout;

    LakebaseConnector(LoginParts parts, @Nullable AutoCloseable owned) {
        this.parts = parts;
        this.owned = owned;
        // idle threads leave soon: logins come in bursts
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), new LoginThreads(parts.name()));
    }

    /** A connector by its parts; reads nothing from the environment. */
    public static ConnectorBuilder builder() {
        return new ConnectorBuilder();
    }

    /** Tells the listener what logins do from now on, after those already added. May be called at any time. */
    public void addListener(LakebaseListener listener) {
        parts.listeners().add(listener);
    }

    /**
     * Logs in. Blocks for at most the budget; an interrupt ends the login and is kept.
     *
     * @throws SQLException with the server's SQLState and cause, and a message that says what was tried and what to do; a
     *     {@link java.sql.SQLTransientException} if trying again may help
     */
    @Override
    public Connection getConnection() throws SQLException {
        Login login = start();
        try {
            return login.result().get(); // done when its time is up, at the latest
        } catch (ExecutionException e) {
            throw sqlException(e);
        } catch (InterruptedException e) {
            SQLException interrupted = LoginErrors.interrupted("Interrupted while " + login.stage() + ".", e);
            login.abandon(interrupted);
            throw interrupted;
        }
    }

    /** Begins a login and returns at once. Its result is there soon after its deadline, whatever its thread hangs in. */
    Login start() throws SQLException {
        Duration own = loginTimeout;
        Duration limit = own == null ? parts.policy().budget() : own;
        var login = new Login(parts, limit);
        underWay.add(login);
        TimeSource.Cancellable alarm = time().schedule(limit.plus(GRACE), login::giveUp);
        var unused = login.result().whenComplete((connection, failure) -> {
            alarm.cancel();
            underWay.remove(login);
        });
        try {
            if (!closed) {
                threads.execute(login);
                return login;
            }
        } catch (RejectedExecutionException e) {
            // closed just now
        }
        login.abort(closedException());
        throw closedException();
    }

    boolean pause(int number, Duration atMost) throws InterruptedException {
        Duration delay = parts.policy().delay(number, parts.random());
        if (delay.compareTo(atMost) >= 0) {
            return false;
        }
        Waits.sleep(time(), delay);
        return true;
    }

    TimeSource time() {
        return parts.time();
    }

    String name() {
        return parts.name();
    }

    SQLException closedException() {
        return LoginErrors.ended(parts.name() + " is closed.");
    }

    /** Ends the logins under way, whose callers hear that this was closed, and closes a client of its own. Idempotent. */
    @Override
    public void close() {
        closed = true;
        underWay.forEach(login -> login.abort(closedException()));
        threads.shutdown();
        parts.password().close();
        if (owned != null) {
            try {
                owned.close();
            } catch (Exception e) {
                org.slf4j.LoggerFactory.getLogger(LakebaseConnector.class)
                        .warn("{}: closing the client failed", parts.name(), e);
            }
        }
    }

    /** Closes it on a login thread, or here if there are none any more. */
    void discardLater(Connection connection) {
        try {
            threads.execute(() -> discard(connection));
        } catch (RejectedExecutionException e) {
            discard(connection);
        }
    }

    static SQLException sqlException(ExecutionException e) {
        return e.getCause() instanceof SQLException sql
                ? sql
                : LoginErrors.fatal("Login to Lakebase failed unexpectedly: " + e.getCause(), e.getCause());
    }

    static void discard(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // nobody will use it
        }
    }

    static String poolerRefused(String host) {
        return "Refused to log in: " + host
                + " is a connection pooler, which takes no tokens. Name the endpoint's own host"
                + " (without -pooler), or only the endpoint: its host is looked up.";
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException(
                "The user and its token belong to the connector; build another one for another user.");
    }

    /** Whole seconds for one login, in place of the wake budget; 0 returns to the budget. */
    @Override
    public void setLoginTimeout(int seconds) {
        if (seconds < 0) {
            throw new IllegalArgumentException("login timeout must not be negative, is " + seconds);
        }
        loginTimeout = seconds == 0 ? null : Duration.ofSeconds(seconds);
    }

    @Override
    public int getLoginTimeout() {
        Duration limit = loginTimeout;
        return limit == null ? 0 : (int) limit.toSeconds();
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    /** Ignored: this library logs through SLF4J. */
    @Override
    public void setLogWriter(@Nullable PrintWriter out) {}

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("Logs go through SLF4J.");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new SQLException(this + " does not wrap " + type.getName());
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }

    @Override
    public String toString() {
        return "LakebaseConnector[" + parts.name() + ", " + parts.describe() + "]";
    }

    /** Daemon threads that see this library's own classes, and nothing of whoever happens to need them first. */
    private record LoginThreads(String name, AtomicInteger number) implements ThreadFactory {
        LoginThreads(String name) {
            this(name, new AtomicInteger());
        }

        @Override
        public Thread newThread(Runnable task) {
            var thread = new Thread(null, task, name + "-login-" + number.incrementAndGet(), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(LakebaseConnector.class.getClassLoader());
            return thread;
        }
    }
}
