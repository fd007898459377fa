package dev.lakebase.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedLocal.class)
class LoopbackTest {
    @Test
    void controlPlaneAndGatewaysListenOnLoopbackOnly(LakebaseLocal local) {
        assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "needs /proc");
        var rest = new Rest(local);
        var ours = new Integer[] {local.host().getPort(), rest.gatewayPort(local.endpoint())};
        assertThat(Traces.listeners()).extracting(Traces.Listener::port).contains(ours);
        // the test JVM has no listeners but Lakebase Local's
        assertThat(Traces.listeners())
                .extracting(Traces.Listener::address)
                .allMatch(address -> address.equals("0100007F") || address.equals("0000000000000000FFFF00000100007F"));
    }

    @Test
    void servesItsGatewaysAndNothingElseUntilItIsClosed(LakebaseLocal shared) {
        int ours = new Rest(shared).gatewayPort(shared.endpoint());
        assertThat(LakebaseLocal.serves("localhost", ours)).isTrue();
        assertThat(LakebaseLocal.serves("127.0.0.1", ours)).isTrue();
        assertThat(LakebaseLocal.serves("production.example.com", ours)).isFalse();
        assertThat(LakebaseLocal.serves("localhost", shared.host().getPort()))
                .as("the REST API is no database")
                .isFalse();
        int ended;
        try (LakebaseLocal another = LakebaseLocal.start()) {
            ended = new Rest(another).gatewayPort(another.endpoint());
            assertThat(LakebaseLocal.serves("localhost", ended)).isTrue();
        }
        assertThat(LakebaseLocal.serves("localhost", ended)).isFalse();
    }

    @Test
    void folderIsClosedToOthers(LakebaseLocal local) throws Exception {
        Path directory = local.caCertificate().getParent().getParent();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
    }

    @Test
    void doesNotStartInsideADatabricksApp() {
        var builder = LakebaseLocal.builder().environment(Map.of("DATABRICKS_APP_PORT", "8000"));
        assertThatThrownBy(builder::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("DATABRICKS_APP_PORT");
    }

    @Test
    void portInUseIsNamed(LakebaseLocal local) {
        int taken = local.host().getPort();
        assertThatThrownBy(() -> LakebaseLocal.builder().port(taken).start())
                .hasMessageContaining("port " + taken + " on 127.0.0.1");
    }

    @Test
    void badSettingsFailAtTheSetter() {
        var builder = LakebaseLocal.builder();
        assertThatThrownBy(() -> builder.port(70_000)).hasMessageContaining("port is 70000");
        assertThatThrownBy(() -> builder.project("My Project")).hasMessageContaining("project is \"My Project\"");
        assertThatThrownBy(() -> builder.user("nobody")).hasMessageContaining("user is \"nobody\"");
        assertThatThrownBy(() -> builder.user("pg_me@example.com")).hasMessageContaining("does not start with pg_");
        assertThatThrownBy(() -> builder.tokenLifetime(java.time.Duration.ofHours(2)))
                .hasMessageContaining("tokenLifetime is PT2H");
    }

    @Test
    void suspendOfWhatIsNotThereSaysSo(LakebaseLocal local) {
        assertThatThrownBy(() -> local.suspend("primary")).hasMessageContaining("endpoint is \"primary\"");
        assertThatThrownBy(() -> local.suspend("projects/local/branches/nothere/endpoints/primary"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("branch id not found");
    }
}
