package shop;

import javax.sql.DataSource;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** A Spring Boot 3.5 application with the configuration of docs/spring.md: a pool setting, a transaction, a query. */
@SpringBootApplication(proxyBeanMethods = false)
public class Shop {
    public static void main(String[] args) {
        SpringApplication.run(Shop.class, args).close();
    }

    @Bean
    CommandLineRunner sell(JdbcClient jdbc, TransactionTemplate transactions, DataSource dataSource) {
        return arguments -> {
            var pool = DataSourceUnwrapper.unwrap(dataSource, com.zaxxer.hikari.HikariDataSource.class);
            transactions.executeWithoutResult(transaction -> {
                jdbc.sql("create table boot_3_5 (pool_size int)").update();
                jdbc.sql("insert into boot_3_5 values (?)").param(pool.getMaximumPoolSize()).update();
            });
            System.out.println("boot " + SpringBootVersion.getVersion() + ": pool of "
                    + jdbc.sql("select pool_size from boot_3_5").query(Integer.class).single() + " as "
                    + jdbc.sql("select current_user").query(String.class).single());
            jdbc.sql("drop table boot_3_5").update();
        };
    }
}
