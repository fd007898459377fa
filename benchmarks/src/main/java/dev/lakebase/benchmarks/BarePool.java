package dev.lakebase.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.Map;

/** HikariCP as its documentation shows it; sleepy like ours, so that the pools do the same work. Needs no class of ours. */
final class BarePool {
    static final String NATIVE_ROLE = "native";
    static final String NATIVE_PASSWORD = "native-password-of-a-benchmark";

    private BarePool() {}

    static HikariDataSource open(Map<String, String> environment, String user, String password) {
        var config = new HikariConfig();
        config.setJdbcUrl(
                "jdbc:postgresql://localhost:" + environment.get("PGPORT") + "/" + environment.get("PGDATABASE"));
        config.setUsername(user);
        config.setPassword(password);
        config.addDataSourceProperty("sslmode", "verify-full");
        config.addDataSourceProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }
}
