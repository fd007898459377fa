package dev.lakebase.local;

import static dev.lakebase.local.Pg.execute;
import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a data folder keeps from run to run. */
class RestartTest {
    private static final String BRANCHES = "projects/local/branches/";

    @TempDir
    private Path parent;

    private LakebaseLocal start() {
        return LakebaseLocal.builder().dataDirectory(parent.resolve("data")).start();
    }

    @Test
    void everythingAnswersAsBeforeAndEveryRowIsThere() throws Exception {
        Map<String, JsonNode> before;
        String clientId;
        try (LakebaseLocal local = start()) {
            var rest = new Rest(local);
            rest.await(rest.post("projects?project_id=second", "{\"spec\": {\"display_name\": \"The other one\"}}"));
            rest.createBranch("short", "production");
            rest.createBranch("gone", "production");
            rest.deleteBranch("gone");
            rest.await(rest.post(
                    BRANCHES.substring(0, BRANCHES.length() - 1) + "?branch_id=long",
                    "{\"spec\": {\"no_expiry\": true}}"));
            rest.createBranch("deep", "long");
            rest.await(rest.call(
                    "PATCH", BRANCHES + "long?update_mask=spec.is_protected", "{\"spec\": {\"is_protected\": true}}"));
            rest.await(rest.call(
                    "PATCH",
                    BRANCHES + "long/endpoints/primary?update_mask=spec.suspension",
                    "{\"spec\": {\"suspend_timeout_duration\": \"1234s\"}}"));
            rest.await(rest.post(
                    BRANCHES + "long/roles?role_id=reporting",
                    "{\"spec\": {\"postgres_role\": \"reporting\", \"auth_method\": \"NO_LOGIN\"}}"));
            try (var session = Pg.connect(local, BRANCHES + "deep/endpoints/primary")) {
                execute(session, "create table kept as select 42 as n");
            }
            clientId = local.clientId();
            before = answers(rest);
        }
        assertThat(before.toString()).contains("The other one", "1234s", "reporting");

        try (LakebaseLocal local = start()) {
            var rest = new Rest(local);
            assertThat(local.clientId()).isEqualTo(clientId);
            assertThat(rest.get(BRANCHES + "deep/endpoints/primary").text("/status/current_state"))
                    .isEqualTo("IDLE");
            answers(rest).forEach((path, answer) -> assertThat(answer).as(path).isEqualTo(before.get(path)));
            try (var session = Pg.connect(local, BRANCHES + "deep/endpoints/primary")) {
                assertThat(query(session, "select n from kept")).isEqualTo("42");
            }
            rest.createBranch("next", "long");
            rest.deleteBranch("next");
            rest.deleteBranch("deep");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent.resolve("data"))))
                .isEqualTo("rwx------");
    }

    @Test
    void whatWasBeingDeletedOrUndeletedAtTheEndOfARunKeepsItsRows() throws Exception {
        try (LakebaseLocal local = start()) {
            var rest = new Rest(local);
            for (String id : List.of("back", "going")) {
                rest.createBranch(id, "production");
                try (var session = Pg.connect(local, BRANCHES + id + "/endpoints/primary")) {
                    execute(session, "create table kept as select 42 as n");
                }
            }
            rest.succeed(rest.delete(BRANCHES + "back"));
        }
        try (LakebaseLocal local = LakebaseLocal.builder()
                .dataDirectory(parent.resolve("data"))
                .operationDuration(Duration.ofHours(1))
                .start()) {
            var rest = new Rest(local);
            rest.post(BRANCHES + "back/undelete", "{}").expect(200);
            rest.delete(BRANCHES + "going").expect(200);
        }
        try (LakebaseLocal local = start()) {
            for (String id : List.of("back", "going")) {
                try (var session = Pg.connect(local, BRANCHES + id + "/endpoints/primary")) {
                    assertThat(query(session, "select n from kept")).as(id).isEqualTo("42");
                }
            }
        }
    }

    /** What the REST API says of everything, without what a restart changes. */
    private static Map<String, JsonNode> answers(Rest rest) {
        Map<String, JsonNode> answers = new TreeMap<>();
        for (String path : List.of(
                "projects",
                "projects/local/branches",
                "projects/second/branches",
                BRANCHES + "production/endpoints",
                BRANCHES + "long/endpoints",
                BRANCHES + "long/roles",
                BRANCHES + "deep/endpoints",
                BRANCHES + "deep/roles",
                BRANCHES + "short")) {
            JsonNode answer = rest.get(path).expect(200).json();
            for (JsonNode status : answer.findValues("status")) {
                // ports, who is awake, and a size that may be a second old
                ((ObjectNode) status)
                        .remove(List.of("hosts", "current_state", "last_active_time", "logical_size_bytes"));
            }
            answers.put(path, answer);
        }
        return answers;
    }

    @Test
    void folderOfAnotherUserIsRefusedAndStaysAsItIs() {
        start().close();
        assertThatThrownBy(() -> LakebaseLocal.builder()
                        .dataDirectory(parent.resolve("data"))
                        .user("other@example.com")
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("belongs to the user dev@example.com");
        start().close();
    }

    @Test
    void damagedStateIsRefusedAndNoClusterIsRemovedBecauseOfIt() throws Exception {
        start().close();
        Path state = parent.resolve("data/control-plane.json");
        String good = Files.readString(state);
        for (String damaged : List.of(
                "",
                "{",
                "[]",
                good.replace("\"uid\":\"br-", "\"other\":\"br-"),
                good.replace("\"format\":1", "\"format\":2"))) {
            Files.writeString(state, damaged);
            assertThatThrownBy(this::start)
                    .as(damaged)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(state.toString());
        }
        Files.delete(state);
        assertThatThrownBy(this::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("it is missing");
        Files.writeString(state, good);
        try (LakebaseLocal local = start();
                var session = Pg.connect(local, local.endpoint())) {
            assertThat(query(session, "select 1")).isEqualTo("1");
        }
    }
}
