package dev.lakebase.spring.migration;

import liquibase.integration.spring.SpringLiquibase;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseConnectionDetails;

/** Checks each Liquibase, and what it connects with, before its initialization, which migrates. */
final class LiquibaseGuard implements BeanPostProcessor {
    private static final String NAME = "Liquibase";

    private final ProductionGuard guard;
    private final OwnLogin logins;

    LiquibaseGuard(ProductionGuard guard, OwnLogin logins) {
        this.guard = guard;
        this.logins = logins;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (bean instanceof LiquibaseConnectionDetails details) {
            logins.check(NAME, "spring.liquibase", details.getJdbcUrl(), details.getUsername());
        } else if (bean instanceof SpringLiquibase liquibase) {
            guard.check(liquibase.getDataSource(), NAME);
        }
        return bean;
    }
}
