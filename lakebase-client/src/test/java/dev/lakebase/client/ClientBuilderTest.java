package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.databricks.sdk.core.DatabricksConfig;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientBuilderTest {
    private final LakebaseClient.Builder builder = LakebaseClient.builder();

    @Test
    void contradictionsFailAtTheSetterNamingBoth() {
        builder.token("t");

        assertThatThrownBy(() -> builder.clientId("c"))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContainingAll("clientId(", "token(");
        assertThatThrownBy(() -> builder.profile("p")).hasMessageContainingAll("profile(", "token(");
        assertThatThrownBy(() -> builder.config(new DatabricksConfig())).hasMessageContainingAll("config(", "token(");
    }

    @Test
    void aConfigurationOfTheSdkStandsAlone() {
        builder.config(new DatabricksConfig());

        assertThatThrownBy(() -> builder.host("https://dbc.example.com")).hasMessageContainingAll("host(", "config(");
    }

    @Test
    void aProfileBringsItsHost() {
        builder.profile("work");

        assertThatThrownBy(() -> builder.host("https://dbc.example.com")).hasMessageContainingAll("host(", "profile(");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_CLIENT_ID", "DATABRICKS_AUTH_TYPE"})
    void aProfileThatTheSdkWouldNotAskIsRefused(String variable) {
        var identity = new ClientIdentity(Map.of(variable, "of another workspace"));
        identity.profile("work");
        identity.environment(Map.of());

        assertThatThrownBy(identity::authenticator)
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContainingAll("profile(\"work\")", variable, "Unset it")
                .hasMessageNotContaining("of another workspace");

        var inPlaceOfTheProcess = new ClientIdentity(Map.of());
        inPlaceOfTheProcess.profile("work");
        inPlaceOfTheProcess.environment(Map.of(variable, "of another workspace"));
        assertThatThrownBy(inPlaceOfTheProcess::authenticator)
                .hasMessageContainingAll("profile(\"work\")", variable)
                .hasMessageNotContaining("of another workspace");

        var byEnvironment = new ClientIdentity(Map.of(variable, "of another workspace"));
        byEnvironment.environment(Map.of("DATABRICKS_CONFIG_PROFILE", "work"));
        assertThatThrownBy(byEnvironment::authenticator).hasMessageContainingAll("profile(\"work\")", variable);

        var besideAnEmptyOne = new ClientIdentity(Map.of(variable, "of another workspace"));
        besideAnEmptyOne.environment(Map.of("DATABRICKS_CONFIG_PROFILE", "work", "DATABRICKS_PASSWORD", " "));
        assertThatThrownBy(besideAnEmptyOne::authenticator).hasMessageContainingAll("profile(\"work\")", variable);
    }

    @Test
    void aProfileBesideAHostAndATokenOfTheSameEnvironmentIsNotAsked() {
        var identity = new ClientIdentity(Map.of("DATABRICKS_HOST", "https://another.example.com"));
        identity.environment(Map.of(
                "DATABRICKS_CONFIG_PROFILE", "work",
                "DATABRICKS_HOST", "https://dbc.example.com",
                "DATABRICKS_TOKEN", "t"));

        assertThatCode(identity::authenticator).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "ftp://dbc.example.com",
                "https://",
                "https://a b",
                "https://u:secret@dbc.example.com",
                "https://x:99999"
            })
    void aMalformedHostIsRefusedAtTheSetter(String host) {
        assertThatThrownBy(() -> builder.host(host))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("host(…)")
                .message()
                .doesNotContain("secret");
    }

    @Test
    void plainHttpIsForThisMachineOnly() {
        assertThatThrownBy(() -> builder.host("http://dbc.example.com")).hasMessageContaining("unencrypted");
        assertThat(builder.host("http://127.0.0.1:8080").host("http://localhost"))
                .isSameAs(builder);
    }

    @Test
    void halfAServicePrincipalIsRefused() {
        assertThatThrownBy(() -> builder.environment(Map.of()).clientId("c").build())
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContainingAll("clientId", "clientSecret", "DATABRICKS_CLIENT_SECRET");
    }

    @Test
    void aTokenWithoutAHostIsRefused() {
        assertThatThrownBy(() -> builder.environment(Map.of()).token("t").build())
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("DATABRICKS_HOST");
    }

    @Test
    void aTimeoutOfNothingIsRefused() {
        assertThatThrownBy(() -> builder.requestTimeout(Duration.ZERO)).hasMessageContaining("PT0S");
    }
}
