package dev.lakebase.spring;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import javax.sql.XADataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JndiDataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.XADataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Configures a {@link LakebaseDataSource} where {@code lakebase.endpoint} (or {@code LAKEBASE_ENDPOINT}) names an
 * endpoint, or {@code lakebase.project} and {@code lakebase.branch} a branch, and the application has not said otherwise: a
 * {@link DataSource}, an {@link XADataSource}, a {@link JdbcConnectionDetails} (so {@code @ServiceConnection}) or a
 * {@code spring.datasource.url} of its own wins.
 *
 * <p>Nothing here calls the network unless {@code lakebase.fail-fast} is set: the first borrow does.
 */
@AutoConfiguration(
        before = DataSourceAutoConfiguration.class,
        after = {JndiDataSourceAutoConfiguration.class, XADataSourceAutoConfiguration.class})
@Conditional(LakebaseCondition.class)
@ConditionalOnMissingBean({DataSource.class, XADataSource.class, JdbcConnectionDetails.class})
@EnableConfigurationProperties(LakebaseProperties.class)
@Import(LazyFetchConfiguration.class)
@ImportRuntimeHints(LakebaseRuntimeHints.class)
public final class LakebaseAutoConfiguration {
    private static final List<String> IDENTITY = List.of("PGUSER", "DATABRICKS_CLIENT_ID");

    /** Spring's own sources may stand in for the process's environment here too. */
    private static final List<String> AUTHENTICATION = List.of(
            "DATABRICKS_HOST",
            "DATABRICKS_TOKEN",
            "DATABRICKS_CLIENT_ID",
            "DATABRICKS_CLIENT_SECRET",
            "DATABRICKS_CONFIG_PROFILE",
            "DATABRICKS_CONFIG_FILE",
            "DATABRICKS_AUTH_TYPE",
            "DATABRICKS_WORKSPACE_ID");

    private @Nullable LakebaseClient ofTheEnvironment;

    /** The control plane, with the Databricks SDK's unified authentication; it authenticates when first used. */
    @Bean
    @ConditionalOnMissingBean
    LakebaseClient lakebaseClient(LakebaseProperties properties, Environment environment) {
        LakebaseClient.Builder builder = LakebaseClient.builder().refreshPolicy(properties.refreshPolicy());
        Map<String, String> process = System.getenv();
        Map<String, String> variables = new HashMap<>(process);
        variables.putAll(PropertiesConnectionDetails.variables(environment, AUTHENTICATION));
        if (!variables.equals(process)) {
            builder.environment(variables);
        }
        LakebaseClient client = builder.build();
        ofTheEnvironment = client;
        return client;
    }

    @Bean
    @ConditionalOnMissingBean
    LakebaseConnectionDetails lakebaseConnectionDetails(LakebaseProperties properties, Environment environment) {
        if (properties.local().enabled()) {
            throw new InvalidConfigurationPropertyValueException(
                    LakebaseCondition.LOCAL,
                    true,
                    "Lakebase Local is not on the class path: add dev.lakebase:lakebase-local in a scope that only"
                            + " development and tests use.");
        }
        return PropertiesConnectionDetails.of(properties, environment);
    }

    /**
     * The pool. {@code spring.datasource.hikari.*} is bound before {@code build()}, not by {@code @ConfigurationProperties}
     * after it: pgjdbc's properties, the pool's name and the time-out that bounds the wake budget are read there.
     */
    @Bean
    LakebaseDataSource dataSource(
            LakebaseProperties properties,
            LakebaseConnectionDetails details,
            LakebaseClient client,
            Environment environment) {
        Map<String, String> variables = new HashMap<>(details.environment());
        if (client != ofTheEnvironment) {
            // the application's own client has an identity of its own, which the environment need not know
            variables.keySet().removeAll(IDENTITY);
        }
        String application =
                environment.getProperty("PGAPPNAME", environment.getProperty("spring.application.name", ""));
        if (StringUtils.hasText(application)) {
            variables.putIfAbsent("PGAPPNAME", application.strip());
        }
        LakebaseDataSource.Builder builder =
                LakebaseDataSource.builder().client(client).environment(variables);
        builder.hikari(pool -> Binder.get(environment).bind("spring.datasource.hikari", Bindable.ofInstance(pool)));
        PropertyMapper map = PropertyMapper.get();
        map.from(details::endpoint).to(builder::endpoint);
        map.from(details::branch).to(builder::branch);
        map.from(details::host).to(builder::host);
        map.from(details::port).to(builder::port);
        map.from(details::database).to(builder::database);
        map.from(details::user).to(builder::user);
        map.from(details::sslRootCert).to(builder::sslRootCert);
        map.from(properties::wakeBudget).to(builder::wakeBudget);
        map.from(properties::tokenTtl).to(builder::tokenTtl);
        return builder.build();
    }

    @Bean
    @ConditionalOnBooleanProperty("lakebase.fail-fast")
    FailFast lakebaseFailFast(DataSource dataSource) {
        return new FailFast(dataSource);
    }
}
