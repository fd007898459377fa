package dev.lakebase.spring.actuate;

import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.spring.LakebaseAutoConfiguration;
import dev.lakebase.spring.OnLakebaseDataSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/** Says which branch an application is on, on the info page. */
@AutoConfiguration(after = LakebaseAutoConfiguration.class)
@ConditionalOnClass({InfoContributor.class, ConditionalOnEnabledInfoContributor.class})
@Conditional(OnLakebaseDataSource.class)
public final class LakebaseInfoAutoConfiguration {
    @Bean
    @ConditionalOnEnabledInfoContributor("lakebase")
    InfoContributor lakebaseInfoContributor(ConfigurableListableBeanFactory beans) {
        return info -> {
            Map<String, Object> pools = new LinkedHashMap<>();
            DataSources.pools(beans).values().forEach(pool -> pools.put(pool.getPoolName(), describe(pool)));
            info.withDetail("lakebase", pools);
        };
    }

    private static Map<String, Object> describe(LakebaseDataSource pool) {
        Map<String, Object> described = new LinkedHashMap<>();
        put(described, "branch", pool.branchName());
        put(described, "endpoint", pool.endpointName());
        return described;
    }

    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        if (value != null) {
            map.put(key, value.toString());
        }
    }
}
