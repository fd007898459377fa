package dev.lakebase.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/**
 * What HikariCP learns from the first connection of a pool: the transaction isolation that sessions start with. If that
 * connection is lost at this moment, an SQLState of class 08, or none, makes HikariCP believe that the driver can't tell. From
 * then on it sets up every connection with level -1, unless one is configured, and the pool never has a connection. So until it
 * has learned, its connections are wrapped, and tell such a loss by another SQLState, on which HikariCP asks the next one.
 */
final class FirstLesson {
    /** As if the server had said good-bye: a loss, but none of class 08. */
    private static final String LOST = "57P01";

    private volatile boolean over;

    /** For HikariCP to learn from, or as it is once that is done. */
    Connection on(Connection connection) {
        return over ? connection : teaching(connection);
    }

    /** HikariCP has learned, or will not ask again. */
    void isOver() {
        over = true;
    }

    private Connection teaching(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                FirstLesson.class.getClassLoader(),
                new Class<?>[] {BaseConnection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("equals") && arguments != null) {
                        return proxy == arguments[0];
                    }
                    if (over || !method.getName().equals("getTransactionIsolation")) {
                        return call(connection, method, arguments);
                    }
                    try {
                        Object isolation = call(connection, method, arguments);
                        over = true;
                        return isolation;
                    } catch (SQLException e) {
                        String state = e.getSQLState();
                        throw state == null || state.startsWith("08") ? new SQLException(e.getMessage(), LOST, e) : e;
                    }
                });
    }

    private static @Nullable Object call(Connection connection, Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
