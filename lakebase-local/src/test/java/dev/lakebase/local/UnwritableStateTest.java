package dev.lakebase.local;

import static dev.lakebase.local.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state that can't be written, as on a full disk: what is asked for fails, leaves no trace, and can be repeated. */
class UnwritableStateTest {
    private static final String BRANCHES = "projects/local/branches";
    private static final String AN_HOUR = "{\"spec\": {\"ttl\": \"3600s\"}}";
    private static final String READER = BRANCHES + "/production/endpoints/reader";
    private static final String CREATE_READER = "{\"spec\": {\"endpoint_type\": \"ENDPOINT_TYPE_READ_ONLY\"}}";

    private final List<String> log = new CopyOnWriteArrayList<>();

    /** The call's own answer is an error; the operation goes on behind it. */
    private void awaitFailure(Rest.Answer answer, String resource) {
        answer.expectError(500, "INTERNAL_ERROR", "Is there room?");
        eventually(
                Duration.ofSeconds(20),
                () -> assertThat(log)
                        .anyMatch(line -> line.startsWith(resource + ": operation ") && line.contains("failed: ")));
        log.clear();
    }

    private static void assertStays(Rest rest, String branch) {
        Rest.Answer found = rest.get(branch).expect(200);
        assertThat(found.text("/status/current_state")).isEqualTo("READY");
        assertThat(found.json().at("/status/pending_state").isMissingNode()).isTrue();
    }

    private static void assertStaysDeleted(Rest rest, String kind, String name) {
        rest.get(name).expect(404);
        assertThat(rest.get(kind + "?show_deleted=true").json().findValuesAsText("name"))
                .contains(name);
    }

    @Test
    void whatCanNotBeSavedDoesNotBegin(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        try (var local =
                LakebaseLocal.builder().dataDirectory(data).log(log::add).start()) {
            var rest = new Rest(local);
            rest.createBranch("stays", "production");
            rest.createBranch("rests", "production");
            rest.succeed(rest.delete(BRANCHES + "/rests"));
            rest.succeed(rest.post("projects?project_id=asleep", "{\"spec\": {}}"));
            rest.succeed(rest.delete("projects/asleep"));
            rest.succeed(rest.post(BRANCHES + "/production/endpoints?endpoint_id=reader", CREATE_READER));

            Path obstacle = Files.createDirectories(data.resolve("control-plane.json.next/full"));
            // it is not saved, and so nothing after it either, whether it changes the state or not
            rest.call("PATCH", "projects/local?update_mask=spec.display_name", """
                    {"spec": {"display_name": "unsaved"}}""")
                    .expect(500);

            awaitFailure(rest.delete(BRANCHES + "/stays?purge=true"), BRANCHES + "/stays");
            assertStays(rest, BRANCHES + "/stays");
            awaitFailure(rest.delete(BRANCHES + "/stays"), BRANCHES + "/stays");
            assertStays(rest, BRANCHES + "/stays");
            awaitFailure(rest.post(BRANCHES + "/rests/undelete", ""), BRANCHES + "/rests");
            assertStaysDeleted(rest, BRANCHES, BRANCHES + "/rests");
            awaitFailure(rest.delete(BRANCHES + "/rests?purge=true"), BRANCHES + "/rests");
            assertStaysDeleted(rest, BRANCHES, BRANCHES + "/rests");
            awaitFailure(rest.post(BRANCHES + "?branch_id=fresh", AN_HOUR), BRANCHES + "/fresh");
            rest.get(BRANCHES + "/fresh").expect(404);
            awaitFailure(rest.post("projects?project_id=fresh", "{\"spec\": {}}"), "projects/fresh");
            rest.get("projects/fresh").expect(404);
            awaitFailure(rest.delete("projects/local?purge=true"), "projects/local");
            assertStays(rest, BRANCHES + "/production");
            awaitFailure(rest.post("projects/asleep/undelete", ""), "projects/asleep");
            assertStaysDeleted(rest, "projects", "projects/asleep");
            awaitFailure(rest.delete("projects/asleep?purge=true"), "projects/asleep");
            assertStaysDeleted(rest, "projects", "projects/asleep");
            awaitFailure(
                    rest.post(BRANCHES + "/stays/endpoints?endpoint_id=fresh", CREATE_READER),
                    BRANCHES + "/stays/endpoints/fresh");
            rest.get(BRANCHES + "/stays/endpoints/fresh").expect(404);
            awaitFailure(rest.delete(READER), READER);
            awaitFailure(rest.call("PATCH", READER + "?update_mask=spec.autoscaling_limit_max_cu", """
                    {"spec": {"autoscaling_limit_max_cu": 4.0}}"""), READER);
            assertThat(rest.get(READER)
                            .json()
                            .at("/status/autoscaling_limit_max_cu")
                            .asDouble())
                    .isNotEqualTo(4);

            Files.delete(obstacle);
            rest.succeed(rest.post(BRANCHES + "/rests/undelete", ""));
            Pg.connect(local, BRANCHES + "/rests/endpoints/primary").close();
            rest.deleteBranch("stays");
            rest.createBranch("fresh", "production");
            rest.succeed(rest.delete(READER));
            rest.succeed(rest.post("projects/asleep/undelete", ""));
            Pg.connect(local, "projects/asleep/branches/production/endpoints/primary")
                    .close();
        }
    }
}
