package dev.lakebase.spring.migration;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.spring.LakebaseAutoConfiguration;
import dev.lakebase.spring.LakebaseProperties;
import dev.lakebase.spring.OnLakebaseDataSource;
import javax.sql.DataSource;
import liquibase.integration.spring.SpringLiquibase;
import org.flywaydb.core.Flyway;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/**
 * Lets Flyway and Liquibase migrate through the Lakebase {@code DataSource}, and stops what would go wrong: a second login
 * without a token, and a default or protected branch that is migrated by accident.
 */
@AutoConfiguration(after = LakebaseAutoConfiguration.class)
@Conditional(OnLakebaseDataSource.class)
@EnableConfigurationProperties(LakebaseProperties.class)
public final class LakebaseMigrationAutoConfiguration {
    private static ProductionGuard guard(
            ObjectProvider<LakebaseProperties> properties,
            ObjectProvider<LakebaseClient> client,
            Environment environment) {
        return new ProductionGuard(properties, client, environment);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Flyway.class, FlywayConnectionDetails.class})
    static class OfFlyway {
        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static FlywayGuard lakebaseFlywayGuard(
                ObjectProvider<LakebaseProperties> properties,
                ObjectProvider<LakebaseClient> client,
                ObjectProvider<DataSource> dataSource,
                Environment environment) {
            return new FlywayGuard(guard(properties, client, environment), new OwnLogin(environment, dataSource));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({SpringLiquibase.class, LiquibaseConnectionDetails.class})
    static class OfLiquibase {
        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static LiquibaseGuard lakebaseLiquibaseGuard(
                ObjectProvider<LakebaseProperties> properties,
                ObjectProvider<LakebaseClient> client,
                ObjectProvider<DataSource> dataSource,
                Environment environment) {
            return new LiquibaseGuard(guard(properties, client, environment), new OwnLogin(environment, dataSource));
        }
    }
}
