package dev.lakebase.spring.actuate;

import dev.lakebase.spring.LakebaseAutoConfiguration;
import dev.lakebase.spring.OnLakebaseDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.util.function.SingletonSupplier;

/** Micrometer's meters of tokens, logins and wake-ups, beside HikariCP's own of the pool. */
@AutoConfiguration(
        after = LakebaseAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@Conditional(OnLakebaseDataSource.class)
@ConditionalOnBean(MeterRegistry.class)
public final class LakebaseMetricsAutoConfiguration {
    /** The registry is asked for with the first event: the pool, which tells, may be older. */
    @Bean
    LakebaseMeters lakebaseMeters(ObjectProvider<MeterRegistry> registry) {
        return new LakebaseMeters(SingletonSupplier.of(registry::getObject), InstantSource.system());
    }
}
