package dev.lakebase.jdbc;

import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.pool.HikariPool;
import dev.lakebase.jdbc.login.LakebaseConnector;
import dev.lakebase.jdbc.login.LoginGate;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What HikariCP sees: a DataSource whose connections come through the gate, which is built at first use. */
final class PoolFace implements DataSource {
    /**
     * HikariCP waits this long for its adder thread when it closes. The gate is closed before and answers at once, so the
     * least it takes is enough.
     */
    private static final int SECONDS_TO_CLOSE = 1;

    private final Supplier<LoginGate> gate;
    private final Supplier<@Nullable HikariPoolMXBean> pool;
    private final BooleanSupplier closed;
    private final Rest rest = new Rest();
    private final FirstLesson lesson = new FirstLesson();
    private final AtomicInteger news = new AtomicInteger();

    PoolFace(Supplier<LoginGate> gate, Supplier<@Nullable HikariPoolMXBean> pool, BooleanSupplier closed) {
        this.gate = gate;
        this.pool = pool;
        this.closed = closed;
    }

    /** True while HikariCP may hand out {@link BadNews}: one volatile read. */
    boolean hasNews() {
        return news.get() > 0;
    }

    @Override
    public Connection getConnection() throws SQLException {
        rest.end();
        try {
            return lesson.on(gate.get().take());
        } catch (SQLException e) {
            HikariPoolMXBean current = pool.get();
            if (current != null
                    && current.getThreadsAwaitingConnection() > 0
                    && (current.getTotalConnections() == 0 || closed.getAsBoolean())) {
                lesson.isOver(); // the news answer what HikariCP asks
                news.incrementAndGet();
                return BadNews.of(e, news::decrementAndGet);
            }
            rest.begin();
            throw e;
        }
    }

    /** Has HikariCP ask again now, if it rests. */
    void wake(HikariPool current) {
        if (rest.interrupt()) {
            current.addBagItem(current.getThreadsAwaitingConnection());
        }
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException(
                "The user belongs to the DataSource; build another one for another user.");
    }

    /** Ignored: HikariCP passes its connection time-out here, and a login has its own, shorter budget. */
    @Override
    public void setLoginTimeout(int seconds) {}

    @Override
    public int getLoginTimeout() {
        return SECONDS_TO_CLOSE;
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

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
        return gate.get().connector().unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this) || type == LakebaseConnector.class;
    }

    @Override
    public String toString() {
        return "LakebaseConnector behind its gate";
    }

    /**
     * The sleep of HikariCP's one thread after a failure, for up to 5 s, whatever happens meanwhile. An interrupt ends it, and
     * the task, which somebody may have counted on.
     */
    private static final class Rest {
        private @Nullable Thread resting;
        private boolean interrupted;

        synchronized void begin() {
            resting = Thread.currentThread();
        }

        /** Also for an interrupt that came as the thread awoke by itself: it is not meant for what comes next. */
        synchronized void end() {
            resting = null;
            if (interrupted) {
                interrupted = false;
                Thread.interrupted();
            }
        }

        /** False if nobody rests. */
        synchronized boolean interrupt() {
            Thread sleeping = resting;
            if (sleeping == null) {
                return false;
            }
            resting = null;
            interrupted = true;
            sleeping.interrupt();
            return true;
        }
    }
}
