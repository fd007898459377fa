package dev.lakebase.jdbc;

import com.zaxxer.hikari.pool.HikariPool;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Carries the reason of a failed login to those who wait inside HikariCP, which would keep them until their deadline: a
 * connection that HikariCP hands from waiter to waiter, and that is nothing but the reason. It never leaves {@link
 * LakebaseDataSource}. Sent only when there is no other connection that a waiter could get.
 */
interface BadNews extends Connection {
    /** News get old: who borrows later deserves a login. HikariCP looks at what it did not hand out for half a second. */
    long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Why the login failed. */
    SQLException reason();

    /** For HikariCP to hand out; {@code onClose} runs once, when HikariCP has dropped it. */
    static BadNews of(SQLException reason, Runnable onClose) {
        long told = System.nanoTime();
        var open = new AtomicBoolean(true);
        return (BadNews) Proxy.newProxyInstance(
                BadNews.class.getClassLoader(), new Class<?>[] {BadNews.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close") && open.compareAndSet(true, false)) {
                        onClose.run();
                    }
                    return answer(proxy, method, arguments, reason, told);
                });
    }

    /** The reason, if HikariCP handed out news; null for a real connection. */
    static @Nullable SQLException in(Connection borrowed) {
        try {
            return borrowed.isWrapperFor(BadNews.class)
                    ? borrowed.unwrap(BadNews.class).reason()
                    : null;
        } catch (SQLException e) {
            return null; // a real one that is dead: its borrower finds out, and gives it back
        }
    }

    /** Passes it on to the next waiter, or out of the pool. */
    static void passOn(Connection news, LakebaseDataSource dataSource) throws SQLException {
        if (dataSource.getHikariPoolMXBean() instanceof HikariPool pool && pool.getThreadsAwaitingConnection() == 0) {
            pool.evictConnection(news);
        } else {
            news.close();
        }
    }

    private static @Nullable Object answer(
            Object proxy, Method method, Object @Nullable [] arguments, SQLException reason, long told)
            throws SQLException {
        return switch (method.getName()) {
            case "reason" -> reason;
            case "isValid" -> System.nanoTime() - told < FRESH_NANOS;
            case "getAutoCommit" -> true;
            case "getNetworkTimeout" -> 0;
            case "getTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
            case "isClosed", "isReadOnly" -> false;
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> arguments != null && proxy == arguments[0];
            case "toString" -> "the reason of a failed login";
            case "isWrapperFor" ->
                arguments != null && ((Class<?>) Objects.requireNonNull(arguments[0])).isInstance(proxy);
            default -> {
                if (method.getReturnType() == void.class || method.getName().startsWith("get")) {
                    yield null; // HikariCP sets up, resets and closes it like any other
                }
                throw reason;
            }
        };
    }
}
