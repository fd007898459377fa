package shop;

import dev.lakebase.jdbc.LakebaseDataSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

@Configuration(proxyBeanMethods = false)
class LakebaseConfiguration {
    @Bean
    LakebaseDataSource dataSource(Environment environment) {
        return LakebaseDataSource.builder()
                .hikari(pool -> Binder.get(environment).bind("spring.datasource.hikari", Bindable.ofInstance(pool)))
                .build();
    }
}
