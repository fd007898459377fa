package dev.lakebase.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerOptionsTest {
    @Test
    void bothSpellingsAreRead(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("env");
        var options = ServerOptions.parse(
                List.of("--port=8080", "--project", "shop", "--user=a@b.example", "--env-file", file.toString()));
        assertThat(options).isEqualTo(new ServerOptions(false, 8080, "shop", "a@b.example", null, null, file, false));
        Path seed = Files.writeString(folder.resolve("seed.sql"), "select 1");
        var kept = ServerOptions.parse(List.of("--data", folder.resolve("new").toString(), "--seed=" + seed));
        assertThat(kept.data()).isEqualTo(folder.resolve("new"));
        assertThat(kept.seed()).isEqualTo(seed);
        assertThat(ServerOptions.parse(List.of()))
                .isEqualTo(new ServerOptions(false, 0, "local", "dev@example.com", null, null, null, false));
        assertThat(ServerOptions.parse(List.of("--help")).help()).isTrue();
        assertThat(ServerOptions.parse(List.of("-h")).help()).isTrue();
        var warm = ServerOptions.parse(List.of("--warm-standbys", "--port", "8080"));
        assertThat(warm.warmStandbys()).isTrue();
        assertThat(warm.port()).isEqualTo(8080);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--prot 1                  | unknown option --prot",
                "serve                     | unknown option serve",
                "--port                    | --port needs a value",
                "--port 80a                | --port is \"80a\", expected a number from 0 to 65535",
                "--port -1                 | --port is \"-1\"",
                "--port 65536              | --port is \"65536\"",
                "--port 1 --port 2         | --port is given twice",
                "--help=yes                | --help takes no value",
                "--env-file=               | --env-file is empty",
                "--env-file /no/such/x     | there is no folder /no/such",
                "--help -h                 | --help is given twice",
                "--warm-standbys=true      | --warm-standbys takes no value",
                "--warm-standbys yes       | unknown option yes",
                "--data=                   | --data is empty, expected the path of a folder",
                "--data /dev/null          | --data is \"/dev/null\", which is a file, expected a folder",
                "--seed /no/such.sql       | --seed is \"/no/such.sql\", expected a file with SQL",
                "--seed /tmp               | --seed is \"/tmp\", expected a file with SQL",
                "--env-file /tmp           | which is a folder",
                "--env-file /dev/null      | which is a device",
            })
    void whatIsNotUnderstoodIsNamed(String line, String message) {
        assertThatThrownBy(() -> ServerOptions.parse(List.of(line.split(" "))))
                .isInstanceOf(ServerOptions.UsageException.class)
                .hasMessageContaining(message);
    }

    @Test
    void environmentFileSurvivesAShellAndIsForItsOwnerOnly(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("env");
        Files.writeString(file, "older");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        EnvironmentFile.write(file, Map.of("NASTY", "o'neil $(touch pwned) `x` \"\\"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Process shell = new ProcessBuilder("sh", "-c", ". ./env; printf %s \"$NASTY\"")
                .directory(folder.toFile())
                .start();
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("o'neil $(touch pwned) `x` \"\\");
        assertThat(folder.resolve("pwned")).doesNotExist();
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void environmentFileOfAnotherRunIsLeftAlone(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("env");
        EnvironmentFile.write(file, Map.of("RUN", "second"));
        EnvironmentFile.remove(file, Map.of("RUN", "first"));
        assertThat(file).exists();
        EnvironmentFile.remove(file, Map.of("RUN", "second"));
        assertThat(file).doesNotExist();
        EnvironmentFile.remove(file, Map.of("RUN", "second"));
    }
}
