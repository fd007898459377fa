package dev.lakebase.jdbc.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lakebase.jdbc.GuardedPorts;
import dev.lakebase.jdbc.fake.Certificates;
import dev.lakebase.jdbc.fake.FakePlatform;
import dev.lakebase.jdbc.fake.FakePostgres;
import dev.lakebase.jdbc.fake.ShiftedTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.plugin.AuthenticationRequestType;
import org.postgresql.util.PSQLException;

/** pgjdbc itself, by URL, before a platform and a server that speak HTTP and TLS. */
@Timeout(60)
class LakebaseAuthenticationPluginTest {
    private static final String INVALID = "22023";

    @TempDir
    private Path folder;

    private Path root;
    private Path configFile;
    private FakePostgres server;
    private FakePlatform platform;

    @BeforeEach
    void start() throws Exception {
        Certificates trusted = new Certificates();
        root = trusted.writeRoot(folder);
        server = FakePostgres.start(trusted.server("localhost"));
        platform = new FakePlatform("localhost:" + server.port(), new ShiftedTime());
        configFile = folder.resolve("databrickscfg");
        writeConfig(FakePlatform.BEARER);
    }

    @AfterEach
    void stop() {
        platform.close();
        server.close();
    }

    @Test
    void aUrlIsEnoughAndItsConnectionsShareOneTokenAndOneCheckOfTheHost() throws SQLException {
        for (int i = 0; i < 3; i++) {
            connect(url()).close();
        }
        assertThat(server.users).containsExactly("me@example.com", "me@example.com", "me@example.com");
        assertThat(server.passwords).containsExactly("token-1", "token-1", "token-1");
        assertThat(platform.mints).hasValue(1);
        assertThat(platform.lookUps).hasValue(1);
    }

    @Test
    void thirtyTwoFirstConnectionsCauseOneMint() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(32);
        try {
            List<Future<?>> logins = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                logins.add(threads.submit(() -> {
                    connect(url()).close();
                    return null;
                }));
            }
            for (Future<?> login : logins) {
                login.get(30, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(platform.mints).hasValue(1);
        assertThat(server.passwords).hasSize(32).containsOnly("token-1");
    }

    @Test
    void twoProfilesAreTwoCallers() throws Exception {
        Files.writeString(configFile, profile("DEFAULT", FakePlatform.BEARER) + profile("stranger", "canary-stranger"));
        connect(url()).close();
        assertRefused(
                url() + "&databricksProfile=stranger", "28000", "Could not get a token for user 'me@example.com'");
        assertThat(server.passwords).containsExactly("token-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"require", "verify-ca", "prefer"})
    void withoutFullVerificationNothingIsMintedNorSent(String mode) {
        assertRefused(url().replace("verify-full", mode), INVALID, "sslmode is '" + mode + "', expected verify-full");
        assertNothingHappened();
    }

    @ParameterizedTest
    @ValueSource(strings = {"allow", "disable", "VERIFY-FULL", ""})
    void neitherDoesAPlainConnectionGetAToken(String mode) {
        Properties properties = properties("localhost");
        properties.setProperty("sslmode", mode);
        assertThatThrownBy(() -> plugin(properties).getPassword(AuthenticationRequestType.CLEARTEXT_PASSWORD))
                .isInstanceOf(PSQLException.class)
                .hasMessageContaining("sslmode is '" + mode + "'");
        assertNothingHappened();
    }

    @Test
    void anUnsetSslmodeIsNotEnough() {
        assertRefused(url().replace("sslmode=verify-full", "ssl=false"), INVALID, "sslmode is not set");
        assertNothingHappened();
    }

    @ParameterizedTest
    @CsvSource({
        "&sslfactory=org.postgresql.ssl.NonValidatingFactory,sslfactory is 'org.postgresql.ssl.NonValidatingFactory'",
        "&databricksToken=canary-in-url,secrets do not belong into a URL",
        "&lakebaseendpoint=x,lakebaseendpoint is not a property",
        "&databricksProfile=,databricksProfile is blank",
        "&lakebaseEndpoint=projects/shop,'lakebaseEndpoint is ''projects/shop'', expected projects/'"
    })
    void aDoubtfulPropertyIsNamedAndNothingIsMinted(String more, String message) {
        assertRefused(url() + more, INVALID, message);
        assertNothingHappened();
    }

    @Test
    void aMissingUserIsNotTheOperatingSystemsAccount() {
        assertRefused(url().replace("user=me%40example.com&", ""), INVALID, "No user is named. Add user=");
        assertNothingHappened();
    }

    @Test
    void theEndpointMayComeFromTheEnvironmentAndHasToComeFromSomewhere() throws Exception {
        Properties properties = properties("localhost");
        properties.remove(PluginSettings.ENDPOINT);
        assertThat(PluginSettings.read(properties, Map.of("LAKEBASE_ENDPOINT", FakePlatform.ENDPOINT))
                        .endpoint())
                .hasToString(FakePlatform.ENDPOINT);
        assertThatThrownBy(() -> plugin(properties).getPassword(AuthenticationRequestType.CLEARTEXT_PASSWORD))
                .isInstanceOf(PSQLException.class)
                .hasMessageContaining("LAKEBASE_ENDPOINT")
                .hasMessageContaining("lakebaseEndpoint=projects/");
    }

    @ParameterizedTest
    @EnumSource(value = AuthenticationRequestType.class, mode = EnumSource.Mode.EXCLUDE, names = "CLEARTEXT_PASSWORD")
    void whoAsksOtherwiseGetsNothing(AuthenticationRequestType type) {
        PSQLException refused = catchThrowableOfType(
                PSQLException.class, () -> plugin(properties("localhost")).getPassword(type));
        assertThat(refused.getMessage()).contains(type.name());
        assertThat(refused.getSQLState()).isEqualTo("08004");
        assertNothingHappened();
    }

    @Test
    void aGuardIsAskedBeforeAnythingIsMinted() {
        try (var refusing = GuardedPorts.refuse(server.port())) {
            assertRefused(url(), "08001", "refused by the test's guard");
        }
        assertNothingHappened();
    }

    @ParameterizedTest
    @CsvSource({"ep-1-pooler.database.example.com,08001,is a connection pooler", "'one,two',22023,several hosts"})
    void aHostThatCantBeTheEndpointsOwnIsRefusedUnasked(String host, String state, String message) {
        PSQLException refused = catchThrowableOfType(
                PSQLException.class,
                () -> plugin(properties(host)).getPassword(AuthenticationRequestType.CLEARTEXT_PASSWORD));
        assertThat(refused.getMessage()).contains(message);
        assertThat(refused.getSQLState()).isEqualTo(state);
        assertNothingHappened();
    }

    @Test
    void theHostOfAnotherEndpointGetsNoToken() throws Exception {
        try (FakePlatform elsewhere = new FakePlatform("localhost:" + (server.port() + 1), new ShiftedTime())) {
            Files.writeString(configFile, "[DEFAULT]\nhost = " + elsewhere.host() + "\ntoken = " + FakePlatform.BEARER);
            assertRefused(url(), "08001", "does not belong to " + FakePlatform.ENDPOINT);
        }
        assertThat(server.passwords).isEmpty();
    }

    @Test
    void whoSignsInAnewIsNotHeldToWhatTheProfileSaidBefore() throws Exception {
        writeConfig("canary-expired-sign-in");
        assertRefused(url(), "28000", "Could not get a token");
        writeConfig(FakePlatform.BEARER);
        connect(url()).close();
        assertThat(server.passwords).hasSize(1);
    }

    @Test
    void aMintThatTakesTooLongIsAnErrorAndServesTheNextTry() throws Exception {
        var release = new CompletableFuture<Void>();
        platform.beforeMint = number -> release;
        var tokens = new PluginTokens();
        Properties properties = properties("localhost");
        properties.setProperty("loginTimeout", "0.2");
        PSQLException late = catchThrowableOfType(
                PSQLException.class,
                () -> plugin(properties, tokens).getPassword(AuthenticationRequestType.CLEARTEXT_PASSWORD));
        assertThat(late.getMessage()).contains("No token for user 'me@example.com'");
        assertThat(late.getSQLState()).isEqualTo("08001");

        release.complete(null);
        char[] token =
                plugin(properties("localhost"), tokens).getPassword(AuthenticationRequestType.CLEARTEXT_PASSWORD);
        assertThat(new String(token)).isEqualTo("token-1");
        assertThat(platform.mints).hasValue(1);
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() throws Exception {
        platform.beforeMint = number -> new CompletableFuture<Void>();
        var seen = new CompletableFuture<String>();
        Thread waiting = new Thread(() -> {
            PSQLException ended = catchThrowableOfType(
                    PSQLException.class,
                    () -> plugin(properties("localhost")).getPassword(AuthenticationRequestType.CLEARTEXT_PASSWORD));
            seen.complete(ended.getSQLState() + " " + Thread.currentThread().isInterrupted());
        });
        waiting.start();
        waiting.interrupt();
        assertThat(seen.get(8, TimeUnit.SECONDS)).isEqualTo("08003 true");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DATABRICKS_HOST",
                "DATABRICKS_TOKEN",
                "DATABRICKS_CLIENT_ID",
                "DATABRICKS_CLIENT_SECRET",
                "DATABRICKS_USERNAME",
                "DATABRICKS_PASSWORD",
                "DATABRICKS_AUTH_TYPE"
            })
    void aProfileIsNotOverruledByTheEnvironmentInSilence(String variable) {
        var plugin = new LakebaseAuthenticationPlugin(
                properties("localhost"), Map.of(variable, "canary"), new PluginTokens());
        PSQLException refused = catchThrowableOfType(
                PSQLException.class, () -> plugin.getPassword(AuthenticationRequestType.CLEARTEXT_PASSWORD));
        assertThat(refused.getMessage())
                .contains("databricksConfigFile", "can't be combined with the environment variable " + variable)
                .doesNotContain("canary");
        assertThat(refused.getSQLState()).isEqualTo(INVALID);
        assertNothingHappened();
    }

    @Test
    void nothingPrintsASecret() {
        Properties properties = properties("localhost");
        properties.setProperty("password", "canary-native");
        properties.remove(PluginSettings.CONFIG_FILE);
        var settings =
                PluginSettings.read(properties, Map.of("DATABRICKS_TOKEN", "canary-token", "OTHER", "canary-other"));
        assertThat(settings.toString() + plugin(properties)).doesNotContain("canary");
    }

    private void assertRefused(String url, String state, String message) {
        SQLException refused =
                catchThrowableOfType(SQLException.class, () -> connect(url).close());
        assertThat(refused.getMessage()).contains(message);
        assertThat(refused.getMessage()).doesNotContain("canary");
        assertThat(refused.getSQLState()).isEqualTo(state);
    }

    private void assertNothingHappened() {
        assertThat(platform.mints).hasValue(0);
        assertThat(server.passwords).isEmpty();
    }

    private static Connection connect(String url) throws SQLException {
        return DriverManager.getConnection(url);
    }

    private String url() {
        return "jdbc:postgresql://localhost:" + server.port()
                + "/databricks_postgres?user=me%40example.com&sslmode=verify-full&sslrootcert=" + root
                + "&authenticationPluginClassName=" + LakebaseAuthenticationPlugin.class.getName()
                + "&lakebaseEndpoint=" + FakePlatform.ENDPOINT + "&databricksConfigFile=" + configFile;
    }

    private Properties properties(String host) {
        var properties = new Properties();
        properties.setProperty("PGHOST", host);
        properties.setProperty("PGPORT", String.valueOf(server.port()));
        properties.setProperty("PGDBNAME", "databricks_postgres");
        properties.setProperty("user", "me@example.com");
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty(PluginSettings.ENDPOINT, FakePlatform.ENDPOINT);
        properties.setProperty(PluginSettings.CONFIG_FILE, configFile.toString());
        return properties;
    }

    private static LakebaseAuthenticationPlugin plugin(Properties properties) {
        return plugin(properties, new PluginTokens());
    }

    private static LakebaseAuthenticationPlugin plugin(Properties properties, PluginTokens tokens) {
        return new LakebaseAuthenticationPlugin(properties, Map.of(), tokens);
    }

    private void writeConfig(String token) throws IOException {
        Files.writeString(configFile, profile("DEFAULT", token));
    }

    private String profile(String name, String token) {
        return "[" + name + "]\nhost = " + platform.host() + "\ntoken = " + token + "\n";
    }
}
