package dev.lakebase.jdbc;

import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.net.SocketTimeoutException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices lost connections where HikariCP asks about every exception. A compute that went to sleep took all connections with
 * it, and HikariCP would find each of them by a failed statement, so the rest of the pool is evicted softly: what is idle is
 * closed, what is in use when it comes back.
 */
final class Losses implements SQLExceptionOverride {
    private static final Logger LOG = LoggerFactory.getLogger(LakebaseDataSource.class);

    /** The same loss is reported by every thread that it hits; what logged in after it must not be evicted for it. */
    private static final long ONE_LOSS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Set<String> SHUT_DOWN = Set.of("57P01", "57P02", "57P03");

    private final Supplier<String> name;
    private final Supplier<@Nullable HikariPoolMXBean> pool;
    private final Supplier<@Nullable SQLExceptionOverride> users;
    private final AtomicLong last = new AtomicLong(System.nanoTime() - ONE_LOSS_NANOS);

    /** @param users the override that the user set, which has the say about the one connection */
    Losses(
            Supplier<String> name,
            Supplier<@Nullable HikariPoolMXBean> pool,
            Supplier<@Nullable SQLExceptionOverride> users) {
        this.name = name;
        this.pool = pool;
        this.users = users;
    }

    /** True for a failure of a connection that is gone, whatever it is wrapped in. */
    static boolean isLoss(Throwable failure) {
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 20; t = t.getCause(), depth++) {
            if (t instanceof SQLException sql && isLossItself(sql)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isLossItself(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && (state.startsWith("08") || SHUT_DOWN.contains(state)) && !isOfAStatementAlone(failure);
    }

    /**
     * A server that takes its leave says FATAL; an ERROR of class 08 is about a connection of its own, such as dblink's. (A
     * server that speaks another language than English is not understood here, and its ERROR counts as a loss.)
     */
    private static boolean isOfAStatementAlone(SQLException failure) {
        Throwable said = failure instanceof BatchUpdateException ? failure.getCause() : failure;
        ServerErrorMessage sent = said instanceof PSQLException byDriver ? byDriver.getServerErrorMessage() : null;
        return sent != null && "ERROR".equals(sent.getSeverity());
    }

    @java.lang.Override
    public Override adjudicate(SQLException failure) {
        // a statement that outlasted the socket's time-out says nothing about the other connections
        if (isLossItself(failure) && !(failure.getCause() instanceof SocketTimeoutException)) {
            evictTheRest(failure);
        }
        SQLExceptionOverride own = users.get();
        return own == null ? Override.CONTINUE_EVICT : own.adjudicate(failure);
    }

    private void evictTheRest(SQLException failure) {
        HikariPoolMXBean current = pool.get();
        long now = System.nanoTime();
        long before = last.get();
        if (current != null && now - before >= ONE_LOSS_NANOS && last.compareAndSet(before, now)) {
            LOG.info(
                    "{}: a connection was lost (SQLState {}); evicting the others, which were most likely lost with it",
                    name.get(),
                    failure.getSQLState());
            current.softEvictConnections();
        }
    }
}
