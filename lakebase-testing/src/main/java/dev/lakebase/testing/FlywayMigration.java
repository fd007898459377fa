package dev.lakebase.testing;

import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Apart from all else, as Flyway is optional. */
final class FlywayMigration {
    private FlywayMigration() {}

    static void run(DataSource dataSource, List<String> locations, ClassLoader loader) {
        Flyway.configure(loader)
                .dataSource(dataSource)
                .locations(locations.toArray(String[]::new))
                .load()
                .migrate();
    }
}
