package dev.lakebase.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import dev.lakebase.client.EndpointState;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.spring.LakebaseAutoConfiguration;
import dev.lakebase.spring.LakebaseListenerAutoConfiguration;
import dev.lakebase.spring.SharedLocal;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.autoconfigure.info.InfoContributorAutoConfiguration;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.metrics.DataSourcePoolMetricsAutoConfiguration;
import org.springframework.boot.jdbc.health.DataSourceHealthIndicator;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class ActuatorTest {
    private final ApplicationContextRunner contexts = SharedLocal.connect(observed());

    /** Contexts with all that Spring Boot has to tell of DataSources. */
    static ApplicationContextRunner observed() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LakebaseAutoConfiguration.class,
                        LakebaseListenerAutoConfiguration.class,
                        LakebaseHealthAutoConfiguration.class,
                        LakebaseInfoAutoConfiguration.class,
                        LakebaseMetricsAutoConfiguration.class,
                        DataSourceAutoConfiguration.class,
                        DataSourceHealthContributorAutoConfiguration.class,
                        DataSourcePoolMetricsAutoConfiguration.class,
                        InfoContributorAutoConfiguration.class,
                        MetricsAutoConfiguration.class,
                        CompositeMeterRegistryAutoConfiguration.class,
                        SimpleMetricsExportAutoConfiguration.class));
    }

    private static Health health(AssertableApplicationContext context, String name) {
        return ((HealthIndicator) context.getBean(name + "HealthContributor")).health();
    }

    private static void borrow(AssertableApplicationContext context) throws SQLException {
        try (Connection connection = context.getBean(LakebaseDataSource.class).getConnection()) {
            assertThat(connection.isValid(5)).isTrue();
        }
    }

    @Test
    void aSleepingComputeIsUpAndHealthLetsItSleep() {
        var branch = SharedLocal.newBranch().name();
        contexts.withPropertyValues("lakebase.branch=" + branch.branch()).run(context -> {
            borrow(context);
            context.getBean(LakebaseDataSource.class).getHikariPoolMXBean().softEvictConnections();
            var endpoint = context.getBean(LakebaseClient.class).endpoints().readWrite(branch);
            SharedLocal.get().suspend(endpoint.name().toString());

            for (int poll = 0; poll < 50; poll++) {
                assertThat(health(context, "db").getStatus()).isEqualTo(Status.UP);
                assertThat(health(context, "lakebase").getStatus()).isEqualTo(Status.UP);
            }
            assertThat(context.getBean(LakebaseClient.class)
                            .endpoints()
                            .get(endpoint.name())
                            .state())
                    .isEqualTo(EndpointState.IDLE);
        });
    }

    @Test
    void healthConnectsToNothingBeforeTheApplicationDoes() {
        contexts.withPropertyValues("lakebase.branch=production").run(context -> {
            Health db = health(context, "db");
            assertThat(db.getStatus()).isEqualTo(Status.UP);
            assertThat(db.getDetails()).containsEntry("lastLogin", "none yet");
            assertThat(context.getBean(LakebaseDataSource.class).getHikariPoolMXBean())
                    .isNull();
        });
    }

    @Test
    void theComputeIsDescribedByBranchEndpointStateAndTheTokensAge() {
        contexts.withPropertyValues("lakebase.branch=production").run(context -> {
            borrow(context);

            assertThat(health(context, "lakebase").getDetails())
                    .containsEntry("branch", "projects/local/branches/production")
                    .containsEntry("endpoint", "projects/local/branches/production/endpoints/primary")
                    .containsEntry("state", "ACTIVE")
                    .containsKeys("credentialAge", "credentialExpiresAt");
        });
    }

    @Test
    void tokensLiveForAsLongAsTheApplicationAsksFor() {
        contexts.withPropertyValues("lakebase.branch=production", "lakebase.token-ttl=6m")
                .run(context -> {
                    borrow(context);

                    var expires =
                            (String) health(context, "lakebase").getDetails().get("credentialExpiresAt");
                    assertThat(Instant.parse(expires))
                            .isBetween(Instant.now(), Instant.now().plus(Duration.ofMinutes(6)));
                });
    }

    @Test
    void aFailedLoginIsDownAndTheNextGoodOneUp() {
        var branch = SharedLocal.newBranch().name();
        contexts.withPropertyValues("lakebase.branch=" + branch.branch(), "lakebase.user=nobody@example.com")
                .run(context -> {
                    assertThatThrownBy(() -> borrow(context)).isInstanceOf(SQLException.class);

                    Health db = health(context, "db");
                    assertThat(db.getStatus()).isEqualTo(Status.DOWN);
                    assertThat((String) db.getDetails().get("error")).contains("nobody@example.com");
                });
        var observer = new PoolObserver(InstantSource.system());
        var events = new Events(observer);
        events.rejected();
        assertThat(observer.pool("orders").rejection()).isNotNull();
        events.connected();
        assertThat(observer.pool("orders").rejection()).isNull();
    }

    @Test
    void aFailedLoginIsNoOutageWhileTheApplicationHasConnections() {
        contexts.withPropertyValues("lakebase.branch=production", "spring.datasource.hikari.pool-name=orders")
                .run(context -> {
                    borrow(context);
                    new Events(context.getBean(PoolObserver.class)).rejected();

                    Health db = health(context, "db");
                    assertThat(db.getStatus()).isEqualTo(Status.UP);
                    assertThat(db.getDetails()).containsKeys("error", "failedAt");
                    context.getBean(LakebaseDataSource.class)
                            .getHikariPoolMXBean()
                            .softEvictConnections();
                    assertThat(health(context, "db").getStatus()).isEqualTo(Status.DOWN);
                });
    }

    @Test
    void anOldFailureKeepsNoTrafficAway() {
        var now = new AtomicReference<>(Instant.EPOCH);
        var observer = new PoolObserver(now::get);
        try (LakebaseDataSource pool = LakebaseDataSource.builder()
                .branch("projects/shop/branches/production")
                .name("orders")
                .build()) {
            var indicator = new LakebasePoolHealthIndicator(pool, observer);
            new Events(observer).rejected();
            assertThat(indicator.health().getStatus()).isEqualTo(Status.DOWN);
            now.set(Instant.EPOCH.plus(PoolObserver.NEWS));
            assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
            assertThat(indicator.health().getDetails()).containsKey("error");
        }
    }

    @Test
    void aBranchThatIsGoneIsDownAndAControlPlaneThatFailsIsUnknown() throws IOException {
        contexts.withPropertyValues("lakebase.branch=no-such-branch")
                .run(context ->
                        assertThat(health(context, "lakebase").getStatus()).isEqualTo(Status.DOWN));

        HttpServer broken = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        broken.createContext("/", exchange -> {
            exchange.sendResponseHeaders(403, -1);
            exchange.close();
        });
        broken.start();
        try (LakebaseClient client = LakebaseClient.builder()
                        .host("http://127.0.0.1:" + broken.getAddress().getPort())
                        .token("t")
                        .build();
                LakebaseDataSource pool = LakebaseDataSource.builder()
                        .client(client)
                        .branch("projects/shop/branches/production")
                        .build()) {
            Health health = new LakebaseHealthIndicator(
                            pool,
                            new EndpointStates(client, System::nanoTime),
                            new PoolObserver(InstantSource.system()))
                    .health();
            assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
        } finally {
            broken.stop(0);
        }
    }

    @Test
    void theControlPlaneIsAskedOnceInTenSecondsHoweverManyProbe() throws IOException {
        var questions = new AtomicInteger();
        HttpServer plane = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        plane.createContext("/", exchange -> {
            questions.incrementAndGet();
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        plane.start();
        var now = new AtomicLong();
        try (LakebaseClient client = LakebaseClient.builder()
                        .host("http://127.0.0.1:" + plane.getAddress().getPort())
                        .token("t")
                        .build();
                LakebaseDataSource pool = LakebaseDataSource.builder()
                        .client(client)
                        .endpoint("projects/shop/branches/production/endpoints/primary")
                        .build()) {
            var indicator = new LakebaseHealthIndicator(
                    pool, new EndpointStates(client, now::get), new PoolObserver(InstantSource.system()));
            for (int probe = 0; probe < 100; probe++) {
                indicator.health();
            }
            assertThat(questions).hasValue(1);
            now.addAndGet(EndpointStates.CACHED_FOR.toNanos());
            indicator.health();
            assertThat(questions).hasValue(2);
        } finally {
            plane.stop(0);
        }
    }

    @Test
    void metersTellOfTokensAndLoginsByThePoolsName() {
        contexts.withPropertyValues("lakebase.branch=production", "spring.datasource.hikari.pool-name=orders")
                .run(context -> {
                    borrow(context);

                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    assertThat(registry.get("lakebase.login")
                                    .tags("name", "orders", "outcome", "success")
                                    .timer()
                                    .count())
                            .isEqualTo(1);
                    assertThat(registry.get("lakebase.token.refresh")
                                    .tags("name", "orders", "outcome", "success")
                                    .timer()
                                    .count())
                            .isEqualTo(1);
                    assertThat(registry.get("lakebase.token.expires.in")
                                    .tag("name", "orders")
                                    .timeGauge()
                                    .value(TimeUnit.MINUTES))
                            .isBetween(50.0, 60.0);
                    assertThat(registry.get("hikaricp.connections")
                                    .tag("pool", "orders")
                                    .gauge()
                                    .value())
                            .isEqualTo(1);
                });
    }

    @Test
    void metersHaveFewTagsWhateverFails() {
        var registry = new SimpleMeterRegistry();
        var events = new Events(new LakebaseMeters(() -> registry, InstantSource.system()));
        for (int i = 0; i < 1000; i++) {
            events.rejected();
            events.retried();
            events.woke();
            events.mintFailed();
        }
        List<Meter.Id> ids = registry.getMeters().stream().map(Meter::getId).toList();
        assertThat(ids)
                .extracting(Meter.Id::getName)
                .containsExactlyInAnyOrder(
                        "lakebase.login", "lakebase.login.retries", "lakebase.wake", "lakebase.token.refresh");
        assertThat(ids.toString()).doesNotContain("example.com").doesNotContain("projects/");
    }

    /** Micrometer says so in the log, once loudly and then softly. */
    @Test
    void noMeterIsRegisteredTwice() {
        var logger = (Logger) LoggerFactory.getLogger("io.micrometer");
        var heard = new ListAppender<ILoggingEvent>();
        heard.start();
        logger.setLevel(Level.DEBUG);
        logger.addAppender(heard);
        try {
            var registry = new SimpleMeterRegistry();
            var events = new Events(new LakebaseMeters(() -> registry, InstantSource.system()));
            events.minted();
            events.minted();
        } finally {
            logger.detachAppender(heard);
            logger.setLevel(null);
        }
        assertThat(heard.list).isEmpty();
    }

    @Test
    void infoNamesTheBranch() {
        contexts.withPropertyValues("lakebase.branch=production", "spring.datasource.hikari.pool-name=orders")
                .run(context -> {
                    var info = new Info.Builder();
                    context.getBeansOfType(InfoContributor.class).values().forEach(each -> each.contribute(info));
                    assertThat(info.build().getDetails())
                            .containsEntry(
                                    "lakebase",
                                    Map.of("orders", Map.of("branch", "projects/local/branches/production")));
                });
    }

    @Test
    void aDataSourceOfTheApplicationsOwnIsObservedToo() {
        contexts.withUserConfiguration(Two.class).run(context -> {
            borrow(context);

            assertThat(context.getBean(MeterRegistry.class)
                            .get("lakebase.login")
                            .tag("name", "mine")
                            .timer()
                            .count())
                    .isEqualTo(1);
            var lakebase = (CompositeHealthContributor) context.getBean("dbHealthContributor");
            assertThat(((HealthIndicator) lakebase.getContributor("lakebase"))
                            .health()
                            .getDetails()
                            .get("lastLogin"))
                    .isNotEqualTo("none yet");
        });
    }

    @Test
    void otherDataSourcesAreAskedAsEver() {
        contexts.withUserConfiguration(Two.class).run(context -> {
            var db = (CompositeHealthContributor) context.getBean("dbHealthContributor", HealthContributor.class);
            assertThat(db.getContributor("lakebase")).isInstanceOf(LakebasePoolHealthIndicator.class);
            assertThat(db.getContributor("other")).isInstanceOf(DataSourceHealthIndicator.class);
            assertThat(context).hasBean("lakebaseHealthContributor");
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Two {
        @Bean
        LakebaseDataSource lakebase(LakebaseClient client) {
            return LakebaseDataSource.builder()
                    .client(client)
                    .branch("projects/local/branches/production")
                    .sslRootCert(SharedLocal.get().caCertificate())
                    .name("mine")
                    .build();
        }

        @Bean
        DriverManagerDataSource other() {
            return new DriverManagerDataSource("jdbc:postgresql://localhost/other");
        }
    }

    @Test
    void indicatorsCanBeSwitchedOff() {
        contexts.withPropertyValues(
                        "lakebase.branch=production",
                        "management.health.db.enabled=false",
                        "management.health.lakebase.enabled=false",
                        "management.info.lakebase.enabled=false")
                .run(context -> assertThat(context)
                        .doesNotHaveBean("dbHealthContributor")
                        .doesNotHaveBean("lakebaseHealthContributor")
                        .doesNotHaveBean("lakebaseInfoContributor"));
    }
}
