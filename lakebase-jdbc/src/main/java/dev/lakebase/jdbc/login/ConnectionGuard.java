package dev.lakebase.jdbc.login;

import java.sql.SQLException;

/**
 * Decides whether this process may connect to a target at all: tests keep themselves off production with it.
 *
 * <p>Every implementation found by {@link java.util.ServiceLoader} is asked before each login of every {@link
 * LakebaseConnector}, pooled or not, before any byte is sent to the target; and before each token of the pgjdbc plugin,
 * which is before any token is minted. All of them have to agree. An implementation that can't be loaded refuses
 * everything. It is called on login threads, by several at once, and should not block.
 */
@FunctionalInterface
public interface ConnectionGuard {
    /**
     * Returns if the login may go on.
     *
     * @throws SQLException to refuse: say what was refused, and how the user allows it; the login fails with it, and is not
     *     tried again
     */
    void check(ConnectionTarget target) throws SQLException;

    /**
     * All guards that {@link java.util.ServiceLoader} finds now, from the thread's and from this library's class loader, as
     * one that asks each of them. For those who connect by other ways than a {@link LakebaseConnector}.
     */
    static ConnectionGuard installed() {
        return Guards.load();
    }
}
