package dev.lakebase.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.lakebase.jdbc.fake.Certificates;
import dev.lakebase.jdbc.fake.FakePostgres;
import dev.lakebase.jdbc.fake.FakePostgres.Step;
import dev.lakebase.jdbc.login.FakeControlPlane;
import dev.lakebase.jdbc.login.LakebaseListener;
import dev.lakebase.jdbc.plugin.LakebaseAuthenticationPlugin;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.local.faults.ConnectionFault;
import dev.lakebase.local.faults.Fault;
import dev.lakebase.local.faults.HttpFault;
import dev.lakebase.local.faults.ServerCertificate;
import dev.lakebase.local.faults.Stage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.LoggerFactory;

/**
 * Plants secrets and looks for them wherever text comes out. (A server that echoes what it was sent is another test's: pgjdbc's
 * own FINE log prints whatever a server says.)
 */
@Timeout(60)
class CanaryTest {
    private static final String TOKEN = "canary-token-4f1d";
    private static final String PASSWORD = "canary-password-9b3e";

    private final Queue<String> seen = new ConcurrentLinkedQueue<>();

    @Test
    void noSecretIsInAnyLogExceptionOrBean(@TempDir Path folder) throws Exception {
        try (Logs listening = new Logs(seen)) {
            assertThat(listening.isStarted()).isTrue();
            Certificates trusted = new Certificates();
            Path root = trusted.writeRoot(folder);
            try (FakePostgres server = FakePostgres.start(
                            trusted.server("localhost"),
                            number -> number == 1 ? new Step.Fail("57P03", "starting up") : new Step.LogIn());
                    FakePostgres stranger = FakePostgres.start(new Certificates().server("localhost"))) {
                useTokens(server, root);
                useTokens(stranger, root);
                usePassword(server, root);
            }
        }
        assertThat(seen).isNotEmpty().noneMatch(text -> text.contains(TOKEN) || text.contains(PASSWORD));
        assertThat(seen).as("the logs were listened to").anyMatch(text -> text.contains("first connection"));
        assertThat(seen).as("pgjdbc was listened to").anyMatch(text -> text.contains("org.postgresql"));
    }

    /** Real tokens, minted over HTTP, through everything that can go wrong with them. */
    @Test
    void noRealTokenIsThereEitherWhateverGoesWrong(@TempDir Path folder) throws Exception {
        String bearer;
        try (Logs listening = new Logs(seen);
                LakebaseLocal local = LakebaseLocal.start()) {
            assertThat(listening.isStarted()).isTrue();
            bearer = local.token();
            List<Fault> faults = List.of(
                    HttpFault.malformedJson().on("POST", "credentials").times(1),
                    HttpFault.truncatedJson().on("POST", "credentials").times(1),
                    HttpFault.status(500).on("POST", "credentials").times(1),
                    ConnectionFault.tokensRejected().times(1),
                    ConnectionFault.tokensRejected(),
                    ConnectionFault.reset(Stage.PASSWORD).times(1),
                    ConnectionFault.terminated().times(1),
                    ConnectionFault.certificate(ServerCertificate.UNKNOWN_AUTHORITY));
            for (Fault fault : faults) {
                try (var injected = local.faults().inject(fault);
                        LakebaseDataSource dataSource = LakebaseDataSource.builder()
                                .environment(local.environment())
                                .hikari(hikari -> hikari.setRegisterMbeans(true))
                                .listener(noting())
                                .build()) {
                    use(dataSource);
                    note(injected.fault());
                    assertThat(injected.strikes()).as(fault.describe()).isPositive();
                }
                try (var injected =
                        local.faults().inject(fault)) { // one of the mint strikes once: then a token is kept
                    note(catchThrowable(() -> byUrl(local, folder)));
                    note(injected);
                }
            }
            try (LakebaseDataSource dataSource = LakebaseDataSource.builder()
                    .environment(local.environment())
                    .listener(noting())
                    .build()) {
                local.suspend(local.endpoint());
                use(dataSource);
            }
        }
        // every token of the platform's is a JWT, which begins with this
        assertThat(seen).isNotEmpty().noneMatch(text -> text.contains("eyJ") || text.contains(bearer));
        assertThat(seen)
                .as("events")
                .anyMatch(text -> text.startsWith("Discarded["))
                .anyMatch(text -> text.startsWith("Woke["));
        assertThat(seen).as("the plugin").anyMatch(text -> text.contains("LakebaseAuthenticationPlugin"));
    }

    /** As a tool that only takes a URL does, whose profile holds the bearer token. */
    private void byUrl(LakebaseLocal local, Path folder) throws Exception {
        Path config = Files.writeString(
                folder.resolve("databrickscfg"),
                "[laptop]\nhost = " + local.host() + "\ntoken = " + local.token() + "\n");
        String url = "jdbc:postgresql://localhost:" + local.environment().get("PGPORT") + "/" + LakebaseLocal.DATABASE
                + "?user=" + local.user().replace("@", "%40") + "&sslmode=verify-full&sslrootcert="
                + local.caCertificate() + "&authenticationPluginClassName="
                + LakebaseAuthenticationPlugin.class.getName() + "&lakebaseEndpoint=" + local.endpoint()
                + "&databricksProfile=laptop&databricksConfigFile=" + config;
        try (Connection connection = DriverManager.getConnection(url)) {
            note(connection);
            note(connection.getMetaData().getURL());
            note(connection.getClientInfo());
        }
    }

    private LakebaseListener noting() {
        return new LakebaseListener() {
            @Override
            public void minted(Minted event) {
                note(event);
            }

            @Override
            public void mintFailed(MintFailed event) {
                note(event);
            }

            @Override
            public void discarded(Discarded event) {
                note(event);
            }

            @Override
            public void connected(Connected event) {
                note(event);
            }

            @Override
            public void retried(Retried event) {
                note(event);
            }

            @Override
            public void woke(Woke event) {
                note(event);
            }

            @Override
            public void rejected(Rejected event) {
                note(event);
            }
        };
    }

    private void useTokens(FakePostgres server, Path root) throws Exception {
        var platform = new FakeControlPlane("localhost", server.port());
        platform.minter = () -> java.util.concurrent.CompletableFuture.completedFuture(
                FakeControlPlane.credential(TOKEN + platform.mints.get()));
        LakebaseDataSource.Builder builder = LakebaseDataSource.builder()
                .environment(Map.of("DATABRICKS_TOKEN", "canary-token-4f1d-bearer"))
                .endpoint(FakeControlPlane.ENDPOINT)
                .hikari(hikari -> hikari.setRegisterMbeans(true))
                .sslRootCert(root);
        builder.platform(platform.install());
        try (LakebaseDataSource dataSource = builder.build()) {
            use(dataSource);
            server.judge = (user, token) -> new String[] {"28P01", "refused"};
            try (Connection one = dataSource.getConnection()) {
                note(one);
            } catch (java.sql.SQLException e) {
                note(e);
            }
            if (dataSource.getHikariPoolMXBean() != null) {
                server.cutAll();
                dataSource.getHikariPoolMXBean().softEvictConnections();
            }
            note(catchThrowable(dataSource::getConnection));
            note(catchThrowable(dataSource::getConnection));
        }
        server.judge = (user, token) -> null;
    }

    private void usePassword(FakePostgres server, Path root) throws Exception {
        try (LakebaseDataSource dataSource = LakebaseDataSource.builder()
                .environment(Map.of("PGPASSWORD", PASSWORD))
                .host("localhost")
                .port(server.port())
                .user("app")
                .password(PASSWORD)
                .sslRootCert(root)
                .build()) {
            use(dataSource);
            note(catchThrowable(() -> dataSource.setPassword(PASSWORD)));
        }
    }

    private void use(LakebaseDataSource dataSource) throws Exception {
        note(dataSource);
        Throwable failure = catchThrowable(() -> {
            try (Connection connection = dataSource.getConnection()) {
                note(connection);
                note(connection.getMetaData().getURL());
                note(connection.getClientInfo());
                note(connection.unwrap(PgConnection.class));
                connection.createStatement().execute("SELECT 1");
            }
        });
        if (failure != null) {
            note(failure);
        }
        note(dataSource);
        note(dataSource.getDataSourceProperties());
        for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
            note(thread);
        }
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        for (ObjectName name : beans.queryNames(null, null)) {
            for (MBeanAttributeInfo attribute : beans.getMBeanInfo(name).getAttributes()) {
                note(name + " " + attribute.getName() + "=" + value(beans, name, attribute));
            }
        }
    }

    private static Object value(MBeanServer beans, ObjectName name, MBeanAttributeInfo attribute) {
        try {
            Object value = beans.getAttribute(name, attribute.getName());
            return value instanceof Object[] many ? List.of(many) : value;
        } catch (javax.management.JMException | RuntimeException e) {
            return e; // the JVM has some that can't be read
        }
    }

    private void note(Object thing) {
        if (thing instanceof Throwable failure) {
            var text = new StringWriter();
            failure.printStackTrace(new PrintWriter(text));
            seen.add(text.toString());
        } else {
            seen.add(String.valueOf(thing));
        }
    }

    /** Every logger of SLF4J and of java.util.logging, at every level. */
    private static final class Logs extends AppenderBase<ILoggingEvent> implements AutoCloseable {
        private final Logger slf4j = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        private final Logger hikari = (Logger) LoggerFactory.getLogger("com.zaxxer.hikari");
        private final java.util.logging.Logger jul = LogManager.getLogManager().getLogger("");
        private final Level level = slf4j.getLevel();
        private final Level hikariLevel = hikari.getLevel();
        private final java.util.logging.Level julLevel = jul.getLevel();
        private final Queue<String> sink;

        private final Handler handler = new Handler() {
            @Override
            public void publish(LogRecord event) {
                sink.add(event.getLoggerName() + " " + new java.util.logging.SimpleFormatter().format(event));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };

        Logs(Queue<String> sink) {
            this.sink = sink;
            setContext(slf4j.getLoggerContext());
            setName("canary");
            start();
            slf4j.iteratorForAppenders()
                    .forEachRemaining(each -> each.addFilter(new ch.qos.logback.core.filter.Filter<>() {
                        @Override
                        public ch.qos.logback.core.spi.FilterReply decide(ILoggingEvent event) {
                            return event.getLevel().isGreaterOrEqual(Level.WARN)
                                    ? ch.qos.logback.core.spi.FilterReply.NEUTRAL
                                    : ch.qos.logback.core.spi.FilterReply.DENY;
                        }
                    }));
            slf4j.addAppender(this);
            slf4j.setLevel(Level.TRACE);
            hikari.setLevel(Level.TRACE);
            handler.setLevel(java.util.logging.Level.ALL);
            jul.addHandler(handler);
            jul.setLevel(java.util.logging.Level.ALL);
        }

        @Override
        protected void append(ILoggingEvent event) {
            String failure =
                    event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
            sink.add(event.getLoggerName() + " " + event.getFormattedMessage() + " " + failure);
        }

        @Override
        public void close() {
            slf4j.detachAppender(this);
            slf4j.setLevel(level);
            hikari.setLevel(hikariLevel);
            jul.removeHandler(handler);
            jul.setLevel(julLevel);
        }
    }
}
