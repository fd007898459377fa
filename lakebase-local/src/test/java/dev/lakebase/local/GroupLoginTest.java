package dev.lakebase.local;

import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lakebase.local.api.Permission;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;

/** The token of a group's member opens the group's role. */
class GroupLoginTest {
    private static final String ANN = "ann@example.com";
    private static final String BOB = "bob@example.com";
    private static LakebaseLocal local;
    private static int port;

    @BeforeAll
    static void start() {
        local = LakebaseLocal.builder()
                .addUser(ANN, Permission.CAN_USE, "analysts", "idle")
                .addUser(BOB, Permission.CAN_USE)
                .addGroup("analysts", Permission.NONE)
                .addGroup("idle", Permission.NONE)
                .start();
        var rest = new Rest(local);
        port = rest.gatewayPort(local.endpoint());
        rest.await(rest.post("projects/local/branches/production/roles?role_id=analysts-role", """
                {"spec": {"postgres_role": "analysts", "identity_type": "GROUP", "auth_method": "LAKEBASE_OAUTH_V1"}}"""));
    }

    @AfterAll
    static void close() {
        local.close();
    }

    private static String token(String user) {
        return new Rest(local.host(), local.identity(user).token()).credential(local.endpoint());
    }

    private static PSQLException refused(String user, String token) {
        return catchThrowableOfType(
                PSQLException.class, () -> Pg.connect(local, port, user, token).close());
    }

    @Test
    void memberLogsInAsTheGroup() throws Exception {
        try (var connection = Pg.connect(local, port, "analysts", token(ANN))) {
            assertThat(query(connection, "select session_user")).isEqualTo("analysts");
        }
    }

    @Test
    void strangerDoesNot() {
        PSQLException refusal = refused("analysts", token(BOB));
        assertThat(refusal.getSQLState()).isEqualTo("28P01");
        assertThat((Throwable) refusal).hasMessageContaining("the token is for \"" + BOB + "\"");
    }

    @Test
    void groupWithoutARoleOnTheBranchIsNamed() {
        PSQLException refusal = refused("idle", token(ANN));
        assertThat(refusal.getSQLState()).isEqualTo("28000");
        assertThat((Throwable) refusal).hasMessageContaining("role \"idle\" does not exist on branch");
    }
}
