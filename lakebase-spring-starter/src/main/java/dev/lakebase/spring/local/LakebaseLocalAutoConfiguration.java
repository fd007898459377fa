package dev.lakebase.spring.local;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.spring.LakebaseAutoConfiguration;
import dev.lakebase.spring.LakebaseConnectionDetails;
import dev.lakebase.spring.LakebaseProperties;
import javax.sql.DataSource;
import javax.sql.XADataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JndiDataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.XADataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * Starts Lakebase Local where {@code lakebase.local.enabled} says so, never because it is on the class path, and never
 * inside a Databricks App. It replaces every other target, and stops with the application; Spring Boot's developer tools
 * keep it across their restarts.
 */
@AutoConfiguration(
        before = LakebaseAutoConfiguration.class,
        after = {JndiDataSourceAutoConfiguration.class, XADataSourceAutoConfiguration.class})
@ConditionalOnBooleanProperty("lakebase.local.enabled")
@ConditionalOnBooleanProperty(name = "lakebase.enabled", matchIfMissing = true)
@ConditionalOnClass(LakebaseLocal.class)
@ConditionalOnMissingBean({DataSource.class, XADataSource.class, JdbcConnectionDetails.class})
@EnableConfigurationProperties(LakebaseProperties.class)
public final class LakebaseLocalAutoConfiguration {
    @Bean
    LocalPlatform lakebaseLocalPlatform(
            LakebaseProperties properties, Environment environment, ResourceLoader resources) {
        return LocalPlatform.start(properties, environment, resources);
    }

    /** Closed by its {@link LocalPlatform}, or kept. */
    @Bean(destroyMethod = "")
    LakebaseLocal lakebaseLocal(LocalPlatform platform) {
        return platform.local();
    }

    @Bean
    @ConditionalOnMissingBean
    LakebaseClient lakebaseClient(LakebaseLocal local, LakebaseProperties properties) {
        return LocalPlatform.client(local, properties);
    }

    @Bean
    @ConditionalOnMissingBean
    LakebaseConnectionDetails lakebaseConnectionDetails(LakebaseLocal local, LakebaseProperties properties) {
        return new LocalConnectionDetails(
                local, properties, LocalPlatform.identity(local, properties).userName());
    }
}
