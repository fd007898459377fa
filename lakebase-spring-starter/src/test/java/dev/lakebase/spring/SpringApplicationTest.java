package dev.lakebase.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** A whole Spring Boot application on Lakebase Local: the dependency, an endpoint, and nothing else. */
class SpringApplicationTest {
    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Shop {
        /** Stands for the workspace that the environment of a real application names. */
        @Bean
        LakebaseClient lakebaseClient(LakebaseLocal local) {
            return LakebaseClient.builder()
                    .host(local.host().toString())
                    .token(local.token())
                    .build();
        }

        @Bean
        Orders orders(JdbcClient jdbc) {
            return new Orders(jdbc);
        }
    }

    @Service
    static class Orders {
        private final JdbcClient jdbc;

        Orders(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        public void place(int amount) {
            jdbc.sql("insert into orders values (?)").param(amount).update();
            if (amount < 0) {
                throw new IllegalArgumentException("an order of " + amount);
            }
        }
    }

    @Test
    void queriesAndTransactionsWorkAndSurviveASleep() {
        try (LakebaseLocal local = LakebaseLocal.start()) {
            Map<String, Object> settings = new HashMap<>();
            settings.put("lakebase.endpoint", local.endpoint());
            settings.put("lakebase.ssl-root-cert", local.caCertificate().toString());
            settings.put("spring.datasource.hikari.data-source-properties.options", "-c statement_timeout=17s");
            // of the process that the application's own client knows nothing about
            settings.put("DATABRICKS_CLIENT_ID", "00000000-0000-0000-0000-000000000000");
            try (var context = new SpringApplicationBuilder(Shop.class)
                    .properties(settings)
                    .initializers(it -> it.getBeanFactory().registerSingleton("local", local))
                    .run()) {
                JdbcClient jdbc = context.getBean(JdbcClient.class);
                assertThat(context.getBean(DataSource.class)).isInstanceOf(LakebaseDataSource.class);
                assertThat(jdbc.sql("show statement_timeout")
                                .query(String.class)
                                .single())
                        .as("a pgjdbc property of spring.datasource.hikari")
                        .isEqualTo("17s");
                assertThat(jdbc.sql("select current_user").query(String.class).single())
                        .isEqualTo(local.user());

                jdbc.sql("create table orders (amount int)").update();
                Orders orders = context.getBean(Orders.class);
                orders.place(5);
                assertThatIllegalArgumentException().isThrownBy(() -> orders.place(-1));
                // by the time a compute falls asleep, the pool has let go of its idle connections
                context.getBean(LakebaseDataSource.class).getHikariPoolMXBean().softEvictConnections();
                local.suspend(local.endpoint());

                assertThat(jdbc.sql("select sum(amount) from orders")
                                .query(Integer.class)
                                .single())
                        .isEqualTo(5);
            }
        }
    }
}
