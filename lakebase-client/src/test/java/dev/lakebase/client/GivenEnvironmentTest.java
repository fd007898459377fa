package dev.lakebase.client;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who calls, where the process's environment says one thing and {@code environment(…)} another. */
@Timeout(120)
class GivenEnvironmentTest {
    private static final Map<String, String> PRINCIPAL =
            Map.of("DATABRICKS_CLIENT_ID", "p", "DATABRICKS_CLIENT_SECRET", "s");

    @RegisterExtension
    final StubbedPlatform platform = new StubbedPlatform();

    @BeforeEach
    void theWorkspaceTellsTheThreeApart() {
        platform.oidc("of-the-principal");
        for (String who : List.of("principal", "token", "process")) {
            platform.server.stubFor(get("/api/2.0/preview/scim/v2/Me")
                    .withHeader("Authorization", equalTo("Bearer of-the-" + who))
                    .willReturn(okJson("{\"userName\":\"" + who + "\"}")));
        }
    }

    static Stream<Arguments> identities() {
        return Stream.of(
                arguments(PRINCIPAL, Map.of("DATABRICKS_TOKEN", "of-the-process"), "principal"),
                arguments(PRINCIPAL, Map.of("DATABRICKS_AUTH_TYPE", "pat"), "principal"),
                arguments(
                        PRINCIPAL, Map.of("DATABRICKS_USERNAME", "u", "DATABRICKS_PASSWORD", "of-the-u"), "principal"),
                arguments(Map.of("DATABRICKS_TOKEN", "of-the-token"), PRINCIPAL, "token"),
                arguments(Map.of(), Map.of("DATABRICKS_TOKEN", "of-the-process"), "process"));
    }

    @ParameterizedTest
    @MethodSource("identities")
    void theWholeIdentityOfTheGivenOneCalls(Map<String, String> given, Map<String, String> process, String who)
            throws Exception {
        Map<String, String> environment = new HashMap<>(process);
        environment.put("DATABRICKS_HOST", platform.server.baseUrl());

        String said = OtherJvm.run(
                Application.class,
                environment,
                List.of(),
                given.entrySet().stream().map(Map.Entry::toString).toArray(String[]::new));

        assertThat(said).contains("it is " + who);
    }

    static final class Application {
        private Application() {}

        public static void main(String[] arguments) {
            Map<String, String> given = Arrays.stream(arguments)
                    .map(entry -> entry.split("=", 2))
                    .collect(Collectors.toMap(entry -> entry[0], entry -> entry[1]));
            try (LakebaseClient client =
                    LakebaseClient.builder().environment(given).build()) {
                System.out.println("it is " + client.currentUserName());
            }
        }
    }
}
