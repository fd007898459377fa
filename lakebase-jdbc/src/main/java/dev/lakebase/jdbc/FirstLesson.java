package dev.lakebase.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether HikariCP has learned the sessions' transaction isolation, which it asks the first connection for. If that one is lost
 * at this moment, an SQLState of class 08 makes it believe that the driver can't tell: from then on it sets up every
 * connection with a level that does not exist, and the pool never has one. So the loss is told by another SQLState, which
 * makes it ask the next connection.
 */
final class FirstLesson {
    private static final String NOT_LEARNED = "57P01";

    private final AtomicBoolean learned = new AtomicBoolean();

    /** For HikariCP to learn from, or as it is once that is done. */
    Connection on(Connection connection) {
        return learned.get() ? connection : teaching(connection);
    }

    private Connection teaching(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                FirstLesson.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    boolean lesson = method.getName().equals("getTransactionIsolation") && !learned.get();
                    try {
                        Object answer = method.invoke(connection, arguments);
                        if (lesson) {
                            learned.set(true);
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        Throwable cause = e.getCause();
                        throw lesson && cause instanceof SQLException
                                ? new SQLException(cause.getMessage(), NOT_LEARNED, cause)
                                : cause;
                    }
                });
    }
}
