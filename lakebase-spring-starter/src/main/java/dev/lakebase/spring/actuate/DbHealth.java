package dev.lakebase.spring.actuate;

import dev.lakebase.jdbc.LakebaseDataSource;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.jdbc.health.DataSourceHealthIndicator;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadata;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/** What Spring Boot's own {@code db} contributor makes of DataSources, but for Lakebase pools. */
record DbHealth(PoolObserver observer, DataSourcePoolMetadataProvider metadata, boolean ignoreRouting) {
    private static final String UNNAMED = "unnamed";

    HealthContributor contributors(Map<String, DataSource> dataSources) {
        Map<String, DataSource> wanted = new LinkedHashMap<>(dataSources);
        if (ignoreRouting) {
            wanted.values().removeIf(dataSource -> routing(dataSource) != null);
        }
        return wanted.size() == 1
                ? contributor(wanted.values().iterator().next())
                : CompositeHealthContributor.fromMap(wanted, this::contributor);
    }

    private HealthContributor contributor(DataSource dataSource) {
        AbstractRoutingDataSource routing = routing(dataSource);
        if (routing != null) {
            Map<String, DataSource> routed = new LinkedHashMap<>();
            routing.getResolvedDataSources()
                    .forEach((key, target) -> routed.put(Objects.toString(key, UNNAMED), target));
            return CompositeHealthContributor.fromMap(routed, this::contributor);
        }
        LakebaseDataSource pool = DataSources.pool(dataSource);
        if (pool != null) {
            return new LakebasePoolHealthIndicator(pool, observer);
        }
        DataSourcePoolMetadata known = metadata.getDataSourcePoolMetadata(dataSource);
        return new DataSourceHealthIndicator(dataSource, known == null ? null : known.getValidationQuery());
    }

    private static @Nullable AbstractRoutingDataSource routing(DataSource dataSource) {
        if (dataSource instanceof AbstractRoutingDataSource routing) {
            return routing;
        }
        try {
            return dataSource.isWrapperFor(AbstractRoutingDataSource.class)
                    ? dataSource.unwrap(AbstractRoutingDataSource.class)
                    : null;
        } catch (SQLException e) {
            return null; // as Spring Boot takes it
        }
    }
}
