package dev.lakebase.spring.actuate;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.spring.LakebaseAutoConfiguration;
import dev.lakebase.spring.OnLakebaseDataSource;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration;
import org.springframework.boot.jdbc.metadata.CompositeDataSourcePoolMetadataProvider;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;

/** Health of Lakebase pools: {@code db} without waking a compute, and {@code lakebase} for the compute itself. */
@AutoConfiguration(
        after = {LakebaseAutoConfiguration.class, DataSourceAutoConfiguration.class},
        before = DataSourceHealthContributorAutoConfiguration.class)
@ConditionalOnClass({HealthContributor.class, ConditionalOnEnabledHealthIndicator.class})
@Conditional(OnLakebaseDataSource.class)
public final class LakebaseHealthAutoConfiguration {
    @Bean
    PoolObserver lakebasePoolObserver() {
        return new PoolObserver(InstantSource.system());
    }

    /** Of each pool its own client is asked: another's workspace would not know its endpoint. */
    @Bean
    @ConditionalOnEnabledHealthIndicator("lakebase")
    @ConditionalOnMissingBean(name = {"lakebaseHealthIndicator", "lakebaseHealthContributor"})
    HealthContributor lakebaseHealthContributor(ConfigurableListableBeanFactory beans, PoolObserver observer) {
        Map<String, LakebaseDataSource> pools = DataSources.pools(beans);
        Map<LakebaseClient, EndpointStates> states = new HashMap<>();
        return pools.size() == 1
                ? indicator(pools.values().iterator().next(), states, observer)
                : CompositeHealthContributor.fromMap(pools, pool -> indicator(pool, states, observer));
    }

    private static LakebaseHealthIndicator indicator(
            LakebaseDataSource pool, Map<LakebaseClient, EndpointStates> states, PoolObserver observer) {
        LakebaseClient client = pool.client();
        return new LakebaseHealthIndicator(
                pool,
                client == null
                        ? null
                        : states.computeIfAbsent(client, asked -> new EndpointStates(asked, System::nanoTime)),
                observer);
    }

    /** As Spring Boot's own, but for Lakebase pools: the others are asked as ever. */
    @Bean
    @ConditionalOnEnabledHealthIndicator("db")
    @ConditionalOnMissingBean(name = {"dbHealthIndicator", "dbHealthContributor"})
    HealthContributor dbHealthContributor(
            ConfigurableListableBeanFactory beans,
            PoolObserver observer,
            ObjectProvider<DataSourcePoolMetadataProvider> metadata,
            Environment environment) {
        return new DbHealth(
                        observer,
                        new CompositeDataSourcePoolMetadataProvider(
                                metadata.orderedStream().toList()),
                        environment.getProperty(
                                "management.health.db.ignore-routing-data-sources", Boolean.class, false))
                .contributors(DataSources.all(beans));
    }
}
