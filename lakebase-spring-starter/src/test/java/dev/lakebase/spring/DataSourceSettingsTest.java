package dev.lakebase.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.client.credential.RefreshPolicy;
import dev.lakebase.jdbc.LakebaseDataSource;
import java.lang.reflect.Proxy;
import java.util.Hashtable;
import java.util.Map;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.DirectFieldAccessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JndiDataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Settings, and what they mean for the pool and its client. */
class DataSourceSettingsTest {
    private static final String ENDPOINT = "projects/shop/branches/production/endpoints/primary";

    private final ApplicationContextRunner contexts = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LakebaseAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    JndiDataSourceAutoConfiguration.class))
            .withPropertyValues("lakebase.endpoint=" + ENDPOINT);

    @Test
    void tokensAreRenewedAsTheRefreshPolicySays() {
        contexts.run(context ->
                assertThat(policy(context.getBean(LakebaseClient.class))).isEqualTo(RefreshPolicy.AHEAD));
        contexts.withPropertyValues("lakebase.refresh-policy=lazy")
                .run(context -> assertThat(policy(context.getBean(LakebaseClient.class)))
                        .isEqualTo(RefreshPolicy.LAZY));
    }

    private static Object policy(LakebaseClient client) {
        return new DirectFieldAccessor(client).getPropertyValue("refreshPolicy");
    }

    @Test
    void aHostOfOnesOwnKeepsTheDatabaseOfTheEnvironmentsEndpoint() {
        var environment = new SystemEnvironmentPropertySource(
                "systemEnvironment", Map.of("LAKEBASE_ENDPOINT", ENDPOINT, "PGDATABASE", "orders"));
        var own = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(LakebaseAutoConfiguration.class))
                .withInitializer(
                        context -> context.getEnvironment().getPropertySources().addLast(environment))
                .withPropertyValues("lakebase.host=ep-1.database.example.com");
        own.run(context -> assertThat(
                        context.getBean(LakebaseConnectionDetails.class).database())
                .isEqualTo("orders"));
        own.withPropertyValues("lakebase.endpoint=" + ENDPOINT.replace("production", "staging"))
                .run(context -> assertThat(
                                context.getBean(LakebaseConnectionDetails.class).database())
                        .isNull());
    }

    @Test
    void sessionsBearTheApplicationsNameUnlessTheyAreGivenAnother() {
        ApplicationContextRunner named = SharedLocal.connect(new ApplicationContextRunner()
                        .withConfiguration(AutoConfigurations.of(
                                LakebaseAutoConfiguration.class, JdbcTemplateAutoConfiguration.class)))
                .withPropertyValues("lakebase.branch=production", "spring.application.name=orders ");
        named.run(context -> assertThat(sessionName(context)).isEqualTo("orders"));
        named.withPropertyValues("PGAPPNAME=reports")
                .run(context -> assertThat(sessionName(context)).isEqualTo("reports"));
        named.withPropertyValues("spring.datasource.hikari.application-name=batch")
                .run(context -> assertThat(sessionName(context)).isEqualTo("batch"));
    }

    private static String sessionName(ApplicationContext context) {
        return context.getBean(JdbcTemplate.class).queryForObject("SHOW application_name", String.class);
    }

    @Test
    void aLazyTransactionWithoutAStatementBorrowsNothing() {
        SharedLocal.connect(new ApplicationContextRunner()
                        .withConfiguration(AutoConfigurations.of(
                                LakebaseAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class)))
                .withPropertyValues("lakebase.branch=production", "spring.datasource.connection-fetch=lazy")
                .run(context -> {
                    new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
                            .executeWithoutResult(transaction -> {});

                    LakebaseDataSource pool =
                            DataSourceUnwrapper.unwrap(context.getBean(DataSource.class), LakebaseDataSource.class);
                    assertThat(pool.getHikariPoolMXBean())
                            .as("started by a borrow")
                            .isNull();
                });
    }

    @Test
    void aDataSourceOfJndiWins() {
        String before = System.getProperty(Context.INITIAL_CONTEXT_FACTORY);
        System.setProperty(Context.INITIAL_CONTEXT_FACTORY, Directory.class.getName());
        try {
            contexts.withPropertyValues("spring.datasource.jndi-name=jdbc/shop")
                    .run(context -> assertThat(context)
                            .hasSingleBean(DataSource.class)
                            .doesNotHaveBean(LakebaseDataSource.class));
        } finally {
            if (before == null) {
                System.clearProperty(Context.INITIAL_CONTEXT_FACTORY);
            } else {
                System.setProperty(Context.INITIAL_CONTEXT_FACTORY, before);
            }
        }
    }

    /** Has one DataSource, whatever is looked up. */
    public static final class Directory implements InitialContextFactory {
        @Override
        public Context getInitialContext(Hashtable<?, ?> environment) throws NamingException {
            return (Context) Proxy.newProxyInstance(
                    Directory.class.getClassLoader(),
                    new Class<?>[] {Context.class},
                    (proxy, method, arguments) -> method.getName().equals("lookup") ? new HikariDataSource() : null);
        }
    }
}
