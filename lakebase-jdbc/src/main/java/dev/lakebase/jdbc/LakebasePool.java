package dev.lakebase.jdbc;

import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.util.Credentials;
import dev.lakebase.jdbc.login.DriverProperties;
import java.util.Properties;
import javax.sql.DataSource;

/**
 * HikariCP without the doors around our logins: each setter that would open one says why it stays shut. And with other answers to
 * what HikariCP asks its settings while it runs, so that nobody waits in vain.
 */
abstract class LakebasePool extends HikariDataSource {
    private static final String TARGET = "it would bypass the Lakebase login. Set endpoint, branch or host instead";
    private static final String IDENTITY =
            "a Lakebase token is minted for each login. Set user for another role, or the"
                    + " builder's password for a native Postgres login";

    private volatile boolean closing;

    LakebasePool() {}

    /** True once settings can't be changed any more. */
    abstract boolean isInUse();

    final void requireOpen() {
        if (isInUse()) {
            throw new IllegalStateException("The settings of " + getPoolName()
                    + " are fixed since it was built or first used: set them before, HikariCP's by the builder's"
                    + " hikari(…).");
        }
    }

    /** The one door: our own. */
    final void connectThrough(DataSource connector) {
        super.setDataSource(connector);
    }

    @Override
    public void setDataSource(DataSource dataSource) {
        throw refused("dataSource", TARGET);
    }

    @Override
    public void setJdbcUrl(String jdbcUrl) {
        throw refused("jdbcUrl", TARGET);
    }

    @Override
    public void setDataSourceClassName(String className) {
        throw refused("dataSourceClassName", TARGET);
    }

    @Override
    public void setDataSourceJNDI(String jndiDataSource) {
        throw refused("dataSourceJNDI", TARGET);
    }

    @Override
    public void setDriverClassName(String driverClassName) {
        throw refused("driverClassName", "the driver is always pgjdbc. Leave it out");
    }

    @Override
    public void setUsername(String username) {
        throw refused("username", IDENTITY);
    }

    @Override
    public void setPassword(String password) {
        throw refused("password", IDENTITY);
    }

    @Override
    public void setCredentials(Credentials credentials) {
        throw refused("credentials", IDENTITY);
    }

    @Override
    public void setCredentialsProvider(HikariCredentialsProvider credentialsProvider) {
        throw refused("credentialsProvider", IDENTITY);
    }

    @Override
    public void setCredentialsProviderClassName(String credentialsProviderClassName) {
        throw refused("credentialsProviderClassName", IDENTITY);
    }

    /** Only a negative value (the default, -1) is allowed: see the message. */
    @Override
    public void setInitializationFailTimeout(long initializationFailTimeout) {
        if (initializationFailTimeout >= 0) {
            throw refused(
                    "initializationFailTimeout",
                    "the pool starts at the first borrow, which hears the reason of a failure at once. To fail at start-up,"
                            + " borrow a connection then");
        }
        super.setInitializationFailTimeout(initializationFailTimeout);
    }

    /**
     * How many idle connections the pool keeps ready, and for as long as threads wait for a connection, at least as many as they
     * are: HikariCP makes up for a closed connection only as far as this number, so with 0 those who waited while all
     * connections broke would wait in vain. Default 0, so that the compute can sleep.
     */
    @Override
    public int getMinimumIdle() {
        HikariPoolMXBean pool = getHikariPoolMXBean();
        int configured = super.getMinimumIdle();
        return pool == null ? configured : Math.max(configured, pool.getThreadsAwaitingConnection());
    }

    /**
     * How long HikariCP looks whether a connection is alive: default 5 s, and at most half the connection time-out, for HikariCP
     * looks at no deadline meanwhile, and a connection that has fallen silent is to be replaced within it.
     */
    @Override
    public long getValidationTimeout() {
        return Math.min(super.getValidationTimeout(), getConnectionTimeout() / 2);
    }

    /** The most connections, in use or idle. While it closes, one more: to tell those who wait for one. Default 10. */
    @Override
    public int getMaximumPoolSize() {
        return super.getMaximumPoolSize() + (closing ? 1 : 0);
    }

    /** True from the moment it begins to close; HikariCP asks {@link #isClosed} at each borrow, which costs nothing of ours. */
    final boolean isClosing() {
        return closing;
    }

    final void beginToClose() {
        closing = true;
    }

    /** The name in logs, metrics, JMX and events. Default {@code lakebase-1} and so on. */
    @Override
    public void setPoolName(String poolName) {
        requireOpen();
        super.setPoolName(poolName);
    }

    /** A pgjdbc property, by its own name. */
    @Override
    public void addDataSourceProperty(String propertyName, Object value) {
        requireOpen();
        checkDriverProperty(propertyName);
        super.addDataSourceProperty(propertyName, value);
    }

    /** Adds pgjdbc properties, by their own names. */
    @Override
    public void setDataSourceProperties(Properties properties) {
        requireOpen();
        properties.stringPropertyNames().forEach(LakebasePool::checkDriverProperty);
        super.setDataSourceProperties(properties);
    }

    static void checkDriverProperty(String name) {
        String refusal = DriverProperties.refusal(name);
        if (refusal != null) {
            throw refused(name, refusal);
        }
    }

    private static InvalidSettingException refused(String setting, String why) {
        return new InvalidSettingException(setting, setting + " can't be set on a LakebaseDataSource: " + why + ".");
    }
}
