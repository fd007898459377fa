package dev.lakebase.spring.migration;

import org.flywaydb.core.Flyway;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;

/** Checks each Flyway, and what it connects with, before anything can migrate. */
final class FlywayGuard implements BeanPostProcessor {
    private static final String NAME = "Flyway";

    private final ProductionGuard guard;
    private final OwnLogin logins;

    FlywayGuard(ProductionGuard guard, OwnLogin logins) {
        this.guard = guard;
        this.logins = logins;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (bean instanceof FlywayConnectionDetails details) {
            logins.check(NAME, "spring.flyway", details.getJdbcUrl(), details.getUsername());
        } else if (bean instanceof Flyway flyway) {
            guard.check(flyway.getConfiguration().getDataSource(), NAME);
        }
        return bean;
    }
}
