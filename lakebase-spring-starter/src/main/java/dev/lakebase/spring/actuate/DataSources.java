package dev.lakebase.spring.actuate;

import dev.lakebase.jdbc.LakebaseDataSource;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.SimpleAutowireCandidateResolver;
import org.springframework.boot.jdbc.DataSourceUnwrapper;

/** The DataSource beans that health and info tell of, those that are no default candidates included. */
final class DataSources {
    private DataSources() {}

    static Map<String, DataSource> all(ConfigurableListableBeanFactory beans) {
        return SimpleAutowireCandidateResolver.resolveAutowireCandidates(beans, DataSource.class, false, true);
    }

    static Map<String, LakebaseDataSource> pools(ConfigurableListableBeanFactory beans) {
        Map<String, LakebaseDataSource> pools = new LinkedHashMap<>();
        all(beans).forEach((name, dataSource) -> {
            LakebaseDataSource pool = pool(dataSource);
            if (pool != null) {
                pools.put(name, pool);
            }
        });
        return pools;
    }

    /** The Lakebase pool that it is or wraps, or null. */
    static @Nullable LakebaseDataSource pool(DataSource dataSource) {
        return DataSourceUnwrapper.unwrap(dataSource, LakebaseDataSource.class);
    }
}
