package dev.lakebase.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LakebaseEnvironmentTest {
    @ParameterizedTest
    @ValueSource(strings = {"5432abc", "0", "70000", "", " ", "-1", "+5432", "5432 ", "5_432", "99999999999", "٥٤٣٢"})
    void aPortThatIsNotWhollyAPortIsRefused(String port) {
        assertThatThrownBy(() -> environment("PGPORT", port).port())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("PGPORT is '" + port + "'")
                .hasMessageContaining("1 to 65535");
    }

    @Test
    void portDefaultsTo5432() {
        assertThat(LakebaseEnvironment.of(Map.of()).port()).isEqualTo(5432);
        assertThat(environment("PGPORT", "6543").port()).isEqualTo(6543);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://ep-1.example.com", "a,b", "host:5432", "db:5432", "host/db", "", " ", "host ", "-x", "."
            })
    void aHostThatIsNotOneHostIsRefused(String host) {
        assertThatThrownBy(() -> environment("PGHOST", host).host())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("PGHOST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "ep-cool-1.database.eu-west-1.cloud.example.com", "127.0.0.1", "::1"})
    void aHostIsTakenWhole(String host) {
        assertThat(environment("PGHOST", host).host()).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop/production",
                "projects/shop/branches/production",
                "",
                "projects/Shop/branches/p/endpoints/e"
            })
    void anEndpointThatIsNotAnEndpointIsRefused(String endpoint) {
        assertThatThrownBy(() -> environment("LAKEBASE_ENDPOINT", endpoint).endpoint())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("LAKEBASE_ENDPOINT is '" + endpoint + "'")
                .hasMessageContaining("projects/{project}/branches/{branch}/endpoints/{endpoint}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "require", "verify-ca", "verify-full"})
    void sslModesThatMayMeanVerifyFullDo(String mode) {
        assertThatCode(() -> environment("PGSSLMODE", mode).checkSslMode()).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"prefer", "allow", "disable", "REQUIRE", "verify", " "})
    void otherSslModesAreRefused(String mode) {
        assertThatThrownBy(() -> environment("PGSSLMODE", mode).checkSslMode())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("PGSSLMODE is '" + mode + "'")
                .hasMessageContaining("verify-full");
    }

    @Test
    void aRootCertificateThatIsNotThereIsRefused(@TempDir Path folder) throws IOException {
        Path pem = Files.writeString(folder.resolve("ca.pem"), "x");
        assertThat(environment("PGSSLROOTCERT", pem.toString()).sslRootCert()).isEqualTo(pem);
        assertThat(environment("PGSSLROOTCERT", "system").sslRootCert()).isNull();
        for (String wrong :
                new String[] {folder.toString(), folder.resolve("gone.pem").toString(), "", "a\0b"}) {
            assertThatThrownBy(() -> environment("PGSSLROOTCERT", wrong).sslRootCert())
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining("PGSSLROOTCERT")
                    .hasMessageContaining("readable PEM file");
        }
    }

    @Test
    void blankNamesAreRefused() {
        Map<String, Function<LakebaseEnvironment, String>> readers = Map.of(
                "PGUSER", LakebaseEnvironment::user,
                "PGDATABASE", LakebaseEnvironment::database,
                "PGAPPNAME", LakebaseEnvironment::applicationName,
                "DATABRICKS_CLIENT_ID", LakebaseEnvironment::clientId);
        readers.forEach((variable, reader) -> {
            assertThat(reader.apply(environment(variable, "x"))).isEqualTo("x");
            assertThatThrownBy(() -> reader.apply(environment(variable, " ")))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining(variable);
        });
    }

    @Test
    void noValueIsPrinted() {
        assertThat(environment("PGPASSWORD", "canary-1")).hasToString("LakebaseEnvironment[PGPASSWORD]");
    }

    private static LakebaseEnvironment environment(String variable, String value) {
        return LakebaseEnvironment.of(Map.of(variable, value));
    }
}
