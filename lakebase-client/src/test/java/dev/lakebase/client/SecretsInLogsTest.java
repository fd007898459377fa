package dev.lakebase.client;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static dev.lakebase.client.StubbedPlatform.error;
import static dev.lakebase.client.StubbedPlatform.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import com.databricks.sdk.WorkspaceClient;
import com.databricks.sdk.core.DatabricksConfig;
import dev.lakebase.client.credential.CredentialCache;
import dev.lakebase.client.credential.CredentialRequest;
import dev.lakebase.client.credential.DatabaseCredential;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Plants tokens that can be recognized, turns every logger up to TRACE, and reads all that is logged. */
@Timeout(60)
class SecretsInLogsTest {
    private static final EndpointName ENDPOINT =
            EndpointName.parse("projects/shop/branches/production/endpoints/primary");

    @RegisterExtension
    final StubbedPlatform platform = new StubbedPlatform();

    private final Queue<String> logged = new ConcurrentLinkedQueue<>();
    private final AppenderBase<ILoggingEvent> recorder = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            // WireMock plays the server here, and a server may log what it likes
            String logger = event.getLoggerName().toLowerCase(java.util.Locale.ROOT);
            if (!event.getThreadName().startsWith("qtp") && !logger.contains("jetty") && !logger.contains("wiremock")) {
                String thrown =
                        event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
                logged.add(event.getLoggerName() + " " + event.getThreadName() + " " + event.getFormattedMessage()
                        + thrown);
            }
        }
    };
    private Logger root;

    @BeforeEach
    void recordEverything() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAppender("STDOUT");
        recorder.setContext(context);
        recorder.start();
        root.addAppender(recorder);
    }

    /** Of every logger: the library's, the SDK's, and those of the HTTP client below the SDK. */
    private static void setLevels(String level) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.getLoggerList().forEach(logger -> logger.setLevel(Level.valueOf(level)));
        List.of("dev.lakebase", "com.databricks", "org.apache.http", "org.apache.http.wire", "jdk.httpclient")
                .forEach(name -> context.getLogger(name).setLevel(Level.valueOf(level)));
    }

    @AfterEach
    void restore() throws Exception {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        ch.qos.logback.classic.joran.JoranConfigurator configurator =
                new ch.qos.logback.classic.joran.JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(getClass().getResource("/logback-test.xml"));
    }

    /** The lines that give something away. */
    private List<String> leaks(String... secrets) {
        return logged.stream()
                .filter(line -> Stream.of(secrets).anyMatch(line::contains))
                .toList();
    }

    private static String stackTrace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static Stream<Arguments> identitiesAtAllLevels() {
        return Stream.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE")
                .flatMap(level -> Stream.of(Identity.values()).map(identity -> Arguments.of(level, identity)));
    }

    /** The ways to say who calls. */
    private enum Identity {
        TOKEN {
            @Override
            LakebaseClient.Builder of(String host) {
                return LakebaseClient.builder().environment(Map.of()).host(host).token(StubbedPlatform.TOKEN);
            }
        },
        OAUTH {
            @Override
            LakebaseClient.Builder of(String host) {
                return LakebaseClient.builder()
                        .environment(Map.of())
                        .host(host)
                        .clientId("sp")
                        .clientSecret("canary-of-the-secret");
            }
        },
        CONFIG_OF_THE_SDK {
            @Override
            LakebaseClient.Builder of(String host) {
                return LakebaseClient.builder().config(oauth(host));
            }
        },
        CLIENT_OF_THE_SDK {
            @Override
            LakebaseClient.Builder of(String host) {
                return LakebaseClient.builder().workspaceClient(new WorkspaceClient(oauth(host)));
            }
        };

        abstract LakebaseClient.Builder of(String host);

        private static DatabricksConfig oauth(String host) {
            return new DatabricksConfig()
                    .setHost(host)
                    .setClientId("sp")
                    .setClientSecret("canary-of-the-secret")
                    .setAuthType("oauth-m2m");
        }
    }

    @ParameterizedTest
    @MethodSource("identitiesAtAllLevels")
    void noSecretIsLoggedAtAnyLevelWhoeverCalls(String level, Identity identity) {
        stubOidc();
        platform.on(
                        "POST",
                        "credentials",
                        json("{\"token\":\"canary-of-the-password\",\"expire_time\":\""
                                + Instant.now().plusSeconds(3600) + "\"}"))
                .on("POST", "projects/shop/branches", error(403, "PERMISSION_DENIED", "no"))
                .on("GET", "projects/shop/branches", json("{}"));
        LakebaseClient.Builder builder = identity.of(platform.server.baseUrl());
        setLevels(level);

        try (LakebaseClient client =
                builder.auditListener(event -> logged.add(event.toString())).build()) {
            CredentialCache cache = client.credentials(ENDPOINT);
            DatabaseCredential credential = cache.get(Duration.ofSeconds(20));
            logged.add(cache + " " + credential + " " + CredentialRequest.of(ENDPOINT));
            cache.invalidate(credential);
            assertThat(cache.get(Duration.ofSeconds(20)).token()).isEqualTo("canary-of-the-password");
            assertThat(client.branches("shop").list()).isEmpty();
            assertThatThrownBy(() -> client.branches("shop")
                            .create("x", b -> b.from("production").neverExpires()))
                    .isInstanceOf(PermissionDeniedException.class)
                    .satisfies(failure -> logged.add(stackTrace(failure)));
        }

        assertThat(logged).as("the audit and the failure at least").hasSizeGreaterThanOrEqualTo(3);
        if (level.equals("TRACE")) {
            assertThat(logged).anyMatch(line -> line.contains("Minted a credential"));
        }
        assertThat(leaks("canary", "Basic ", "c3A6Y2FuYXJ5")).isEmpty(); // the last is what Basic makes of sp:canary…
    }

    private void stubOidc() {
        String base = platform.server.baseUrl();
        platform.server.stubFor(get(urlPathEqualTo("/.well-known/databricks-config"))
                .willReturn(okJson("{\"oidc_endpoint\":\"" + base + "/oidc\"}")));
        platform.server.stubFor(get(urlPathEqualTo("/oidc/.well-known/oauth-authorization-server"))
                .willReturn(okJson("{\"authorization_endpoint\":\"" + base
                        + "/oidc/v1/authorize\",\"token_endpoint\":\"" + base + "/oidc/v1/token\"}")));
        platform.server.stubFor(post(urlPathEqualTo("/oidc/v1/token"))
                .willReturn(
                        okJson("{\"access_token\":\"canary-of-oauth\",\"token_type\":\"Bearer\",\"expires_in\":1}")));
    }

    @Test
    void aServerThatEchoesTheTokenGetsItIntoNoExceptionAndNoLog() {
        setLevels("TRACE");
        platform.on("POST", "credentials", error(403, "PERMISSION_DENIED", "bad token " + StubbedPlatform.TOKEN));

        assertThatThrownBy(() -> platform.client.credentials(ENDPOINT).get(Duration.ofSeconds(20)))
                .isInstanceOf(PermissionDeniedException.class)
                .hasMessageContaining("bad token ***")
                .satisfies(failure -> assertThat(stackTrace(failure)).doesNotContain(StubbedPlatform.TOKEN));
        assertThat(logged).anyMatch(line -> line.contains("bad token ***"));
        assertThat(leaks(StubbedPlatform.TOKEN)).isEmpty();
    }

    @Test
    void aTokenThatCannotBeSentGetsIntoNoExceptionAndNoLog() {
        setLevels("TRACE");
        String fromFile = "canary-of-a-file"; // whose last line ends like lines do
        try (LakebaseClient client = platform.builder().token(fromFile + "\n").build()) {
            assertThatThrownBy(() -> client.credentials(ENDPOINT).get(Duration.ofSeconds(20)))
                    .isInstanceOf(UnauthenticatedException.class)
                    .hasMessageContaining("line break")
                    .satisfies(failure -> assertThat(stackTrace(failure)).doesNotContain(fromFile));
        }
        assertThat(leaks(fromFile)).isEmpty();
    }
}
