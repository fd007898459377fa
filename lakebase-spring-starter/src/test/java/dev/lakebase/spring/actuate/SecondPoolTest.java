package dev.lakebase.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.spring.SharedLocal;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.health.DataSourceHealthIndicator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/** Lakebase pools beside other DataSources, and beside each other. */
class SecondPoolTest {
    private final ApplicationContextRunner contexts = ActuatorTest.observed();

    private static LakebaseDataSource pool(LakebaseClient client, String name) {
        return LakebaseDataSource.builder()
                .client(client)
                .branch("projects/local/branches/production")
                .sslRootCert(SharedLocal.get().caCertificate())
                .name(name)
                .build();
    }

    @Test
    void aPoolThatIsNoCandidateBesideAnotherDatabaseIsCovered() {
        contexts.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/other")
                .withUserConfiguration(Reporting.class)
                .run(context -> {
                    var db = (CompositeHealthContributor) context.getBean("dbHealthContributor");
                    assertThat(db.getContributor("reporting")).isInstanceOf(LakebasePoolHealthIndicator.class);
                    assertThat(db.getContributor("dataSource")).isInstanceOf(DataSourceHealthIndicator.class);
                    assertThat(context).hasBean("lakebaseHealthContributor");
                    try (Connection connection = context.getBean("reporting", LakebaseDataSource.class)
                            .getConnection()) {
                        assertThat(connection.isValid(5)).isTrue();
                    }
                    assertThat(context.getBean(MeterRegistry.class)
                                    .get("lakebase.login")
                                    .tag("name", "reporting")
                                    .timer()
                                    .count())
                            .isEqualTo(1);
                    var info = new Info.Builder();
                    context.getBeansOfType(InfoContributor.class).values().forEach(each -> each.contribute(info));
                    assertThat(info.build().getDetails())
                            .containsEntry(
                                    "lakebase",
                                    Map.of("reporting", Map.of("branch", "projects/local/branches/production")));
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class Reporting {
        @Bean(defaultCandidate = false)
        LakebaseDataSource reporting() {
            return pool(SharedLocal.client(), "reporting");
        }
    }

    @Test
    void eachPoolsOwnWorkspaceIsAskedAboutItsEndpoint() throws Exception {
        HttpServer elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        elsewhere.createContext("/", exchange -> {
            exchange.sendResponseHeaders(403, -1);
            exchange.close();
        });
        elsewhere.start();
        try (LakebaseClient here = SharedLocal.client();
                LakebaseClient there = LakebaseClient.builder()
                        .host("http://127.0.0.1:" + elsewhere.getAddress().getPort())
                        .token("t")
                        .build();
                LakebaseDataSource ofItsOwn =
                        LakebaseDataSource.fromEnvironment(SharedLocal.get().environment());
                LakebaseDataSource byPassword = LakebaseDataSource.builder()
                        .environment(Map.of())
                        .host("localhost")
                        .user("etl")
                        .password("x")
                        .build()) {
            contexts.withBean("here", LakebaseClient.class, () -> here)
                    .withBean("there", LakebaseClient.class, () -> there)
                    .withBean("near", LakebaseDataSource.class, () -> pool(here, "near"))
                    .withBean("far", LakebaseDataSource.class, () -> pool(there, "far"))
                    .withBean("own", LakebaseDataSource.class, () -> ofItsOwn)
                    .withBean("native", LakebaseDataSource.class, () -> byPassword)
                    .run(context -> {
                        var health = (CompositeHealthContributor) context.getBean("lakebaseHealthContributor");
                        assertThat(status(health, "near")).isEqualTo(Status.UP);
                        assertThat(status(health, "far")).isEqualTo(Status.UNKNOWN);
                        assertThat(state(health, "own")).isIn("ACTIVE", "IDLE");
                        assertThat(state(health, "native")).startsWith("not asked");
                    });
        } finally {
            elsewhere.stop(0);
        }
    }

    private static String state(CompositeHealthContributor health, String name) {
        return String.valueOf(((HealthIndicator) health.getContributor(name))
                .health()
                .getDetails()
                .get("state"));
    }

    private static Status status(CompositeHealthContributor health, String pool) {
        return ((HealthIndicator) health.getContributor(pool)).health().getStatus();
    }

    @Test
    void otherDataSourcesAreAskedAsSpringBootWasTold() {
        contexts.withUserConfiguration(Reporting.class, Others.class).run(context -> {
            var db = (CompositeHealthContributor) context.getBean("dbHealthContributor");
            assertThat(((DataSourceHealthIndicator) db.getContributor("other")).getQuery())
                    .isEqualTo("select 2");
            assertThat(db.getContributor("routing")).isInstanceOf(CompositeHealthContributor.class);
        });
        contexts.withUserConfiguration(Reporting.class, Others.class)
                .withPropertyValues("management.health.db.ignore-routing-data-sources=true")
                .run(context -> {
                    var db = (CompositeHealthContributor) context.getBean("dbHealthContributor");
                    assertThat(db.getContributor("routing")).isNull();
                    assertThat(db.getContributor("reporting")).isNotNull();
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class Others {
        @Bean
        HikariDataSource other() {
            var other = new HikariDataSource();
            other.setJdbcUrl("jdbc:postgresql://localhost:1/other");
            other.setConnectionTestQuery("select 2");
            return other;
        }

        @Bean
        DataSource routing(HikariDataSource other) {
            var routing = new AbstractRoutingDataSource() {
                @Override
                protected Object determineCurrentLookupKey() {
                    return "other";
                }
            };
            routing.setTargetDataSources(Map.of("other", other));
            return routing;
        }
    }
}
