package dev.lakebase.spring.migration;

import dev.lakebase.jdbc.LakebaseDataSource;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.core.env.Environment;

/**
 * Finds migrations that would log in by themselves. {@code spring.flyway.user} or {@code .url} (and Liquibase's) make Spring
 * Boot build a second {@code DataSource} for them, with a fixed password where Lakebase needs a fresh token per login.
 */
final class OwnLogin {
    private static final Pattern URL_HOST = Pattern.compile("jdbc:[a-z]+://([^:/?]+).*");
    private static final Pattern LAKEBASE_HOST = Pattern.compile("ep-[a-z0-9-]+\\.database\\..+");
    private static final String PLUGIN = "authenticationPluginClassName=dev.lakebase.";

    private final Environment environment;
    private final ObjectProvider<DataSource> dataSource;

    /** @param dataSource what a login by another user is derived from */
    OwnLogin(Environment environment, ObjectProvider<DataSource> dataSource) {
        this.environment = environment;
        this.dataSource = dataSource;
    }

    /**
     * Refuses what can't work.
     *
     * @param prefix {@code spring.flyway} or {@code spring.liquibase}
     */
    void check(String tool, String prefix, @Nullable String url, @Nullable String user) {
        if (url == null && user != null && derivesFromLakebase()) {
            throw refused(tool, prefix + ".user", prefix);
        }
        if (url != null && leadsToLakebase(url) && !url.contains(PLUGIN)) {
            throw refused(tool, prefix + ".url", prefix);
        }
    }

    private boolean derivesFromLakebase() {
        DataSource origin = dataSource.getIfUnique();
        return origin != null && DataSourceUnwrapper.unwrap(origin, LakebaseDataSource.class) != null;
    }

    private boolean leadsToLakebase(String url) {
        Matcher matcher = URL_HOST.matcher(url);
        if (!matcher.matches()) {
            return false;
        }
        String host = matcher.group(1);
        return LAKEBASE_HOST.matcher(host).matches()
                || Arrays.asList(environment.getProperty("lakebase.host"), environment.getProperty("PGHOST"))
                        .contains(host);
    }

    private static MigrationsRefusedException refused(String tool, String property, String prefix) {
        return new MigrationsRefusedException(
                property + " is set, so " + tool + " would not use the application's DataSource but log in by itself,"
                        + " without a Lakebase token.",
                "Remove " + prefix + ".url, .user and .password: " + tool
                        + " then migrates through the Lakebase DataSource."
                        + " To migrate as another role, give it a DataSource of its own: a LakebaseDataSource bean with"
                        + " @" + tool + "DataSource.");
    }
}
