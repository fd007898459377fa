package dev.lakebase.jdbc;

import dev.lakebase.jdbc.login.ConnectionGuard;
import dev.lakebase.jdbc.login.ConnectionTarget;
import java.sql.SQLException;
import java.util.function.IntPredicate;

/** Found by ServiceLoader in this module's tests. Refuses the ports that a test names. */
public final class TestGuard implements ConnectionGuard {
    static volatile IntPredicate refused = port -> false;

    @Override
    public void check(ConnectionTarget target) throws SQLException {
        if (refused.test(target.port())) {
            throw new SQLException("refused by the test's guard", "08001");
        }
    }
}
