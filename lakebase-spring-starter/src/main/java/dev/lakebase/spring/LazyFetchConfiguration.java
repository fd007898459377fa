package dev.lakebase.spring;

import dev.lakebase.jdbc.LakebaseDataSource;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

/**
 * Honours Spring Boot's {@code spring.datasource.connection-fetch=lazy}, which its own configuration applies to its own
 * pools only: a transaction borrows a connection with its first statement, and not at all if it has none.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "spring.datasource.connection-fetch", havingValue = "lazy")
class LazyFetchConfiguration {
    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static LazyFetch lakebaseLazyFetch() {
        return new LazyFetch();
    }

    /** Borrows nothing to learn the pool's defaults: auto-commit it knows, an isolation is compared when one is asked for. */
    private static final class LazyPool extends LazyConnectionDataSourceProxy {
        LazyPool(LakebaseDataSource pool) {
            super(pool);
            setDefaultAutoCommit(pool.isAutoCommit());
        }

        @Override
        public void checkDefaultConnectionProperties() {}
    }

    static final class LazyFetch implements BeanPostProcessor, Ordered {
        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            return beanName.equals("dataSource") && bean instanceof LakebaseDataSource pool ? new LazyPool(pool) : bean;
        }

        @Override
        public int getOrder() {
            return 0;
        }
    }
}
