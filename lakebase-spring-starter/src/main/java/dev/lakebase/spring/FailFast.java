package dev.lakebase.spring;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** {@code lakebase.fail-fast}: one connection at start-up, so that a wrong identity stops the deployment, not a user. */
final class FailFast implements SmartInitializingSingleton {
    private final DataSource dataSource;

    FailFast(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    public void afterSingletonsInstantiated() {
        try (Connection connection = dataSource.getConnection()) {
            connection.getMetaData(); // a lazy proxy connects here
        } catch (SQLException e) {
            throw new BeanCreationException("dataSource", "lakebase.fail-fast: no connection could be made", e);
        }
    }
}
