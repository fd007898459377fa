package dev.lakebase.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LakebaseLocalServerTest {
    private static final List<String> FROM_CLASS_PATH =
            List.of("-cp", System.getProperty("java.class.path"), LakebaseLocalServer.class.getName());

    @Test
    void runsUntilItIsToldToStopAndLeavesNothing(@TempDir Path folder) throws Exception {
        ServerProcess.assertRunsAndLeavesNothing(folder, FROM_CLASS_PATH);
    }

    @Test
    void dataIsKeptAndSeededOnceOnly(@TempDir Path folder) throws Exception {
        Path seed = Files.writeString(folder.resolve("orders.sql"), """
                -- one line of comment
                create table purchase (id int primary key);
                insert into purchase values (1), (2);
                """);
        String data = folder.resolve("data").toString();
        for (int run = 1; run <= 2; run++) {
            Process server = ServerProcess.start(
                    folder,
                    FROM_CLASS_PATH,
                    "--data",
                    data,
                    "--seed",
                    seed.toString(),
                    "--env-file",
                    folder.resolve("env").toString());
            try {
                ServerProcess.awaitBanner(server, folder);
                try (var connection = ServerProcess.login(folder.resolve("env"))) {
                    assertThat(Pg.query(connection, "select count(*) from purchase"))
                            .isEqualTo(Integer.toString(run + 1));
                    Pg.execute(connection, "insert into purchase values (" + (run + 2) + ")");
                    assertThat(Pg.query(
                                    connection,
                                    "select pg_get_userbyid(relowner) from pg_class where relname = 'purchase'"))
                            .isEqualTo("dev@example.com");
                }
                assertThat(Files.readString(folder.resolve("out")))
                        .contains(run == 1 ? "branch production seeded from " + seed : "not seeded again: " + seed)
                        .contains(data + " keeps everything for the next start");
            } finally {
                server.destroy();
                assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void seedThatFailsIsNamedWithItsLineAndEndsTheProgram(@TempDir Path folder) throws Exception {
        Path seed = Files.writeString(folder.resolve("bad.sql"), "create table t (n int);\nselect 1;\nselekt 2;\n");
        Process server = ServerProcess.start(folder, FROM_CLASS_PATH, "--seed", seed.toString());
        assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("out")))
                .contains("lakebase-local: --seed " + seed + " line 3: ERROR: syntax error at or near \"selekt\"");
    }

    @Test
    void helpIsPrintedAndMisuseIsExitCode2(@TempDir Path folder) throws Exception {
        assertThat(ServerProcess.start(folder, FROM_CLASS_PATH, "--help").waitFor())
                .isZero();
        assertThat(Files.readString(folder.resolve("out"))).contains("--env-file PATH");
        assertThat(ServerProcess.start(folder, FROM_CLASS_PATH, "--prot", "1").waitFor())
                .isEqualTo(2);
        assertThat(Files.readString(folder.resolve("out")))
                .isEqualTo("lakebase-local: unknown option --prot. Try --help.\n");
        assertThat(ServerProcess.start(folder, FROM_CLASS_PATH, "--user", "x").waitFor())
                .isEqualTo(2);
        assertThat(Files.readString(folder.resolve("out"))).contains("user is \"x\", expected an e-mail address");
    }
}
