package dev.lakebase.local;

import static dev.lakebase.local.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lakebase.local.faults.ConnectionFault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tombstones: what was deleted, shown, brought back and purged. */
class DeletedTest {
    private static final String BRANCHES = "projects/local/branches";
    private static final int NEVER = Integer.MAX_VALUE;
    private static final String BROKEN_CLOCK = "the clock is broken";
    private static final AtomicInteger CALLS_UNTIL_FAILURE = new AtomicInteger(NEVER);
    private static final AtomicReference<Duration> AHEAD = new AtomicReference<>(Duration.ZERO);
    /** Called whenever the work of an operation asks the clock. */
    private static final AtomicReference<Runnable> MEANWHILE = new AtomicReference<>(() -> {});

    private static LakebaseLocal local;
    private static Rest rest;

    @BeforeAll
    static void start() {
        local = LakebaseLocal.builder()
                .clock(() -> {
                    boolean working = Thread.currentThread().getName().startsWith("lakebase-local operation");
                    if (working && CALLS_UNTIL_FAILURE.getAndDecrement() == 0) {
                        throw new IllegalStateException(BROKEN_CLOCK);
                    }
                    if (working) {
                        MEANWHILE.get().run();
                    }
                    return Instant.now().plus(AHEAD.get());
                })
                .start();
        rest = new Rest(local);
    }

    @AfterAll
    static void close() {
        local.close();
    }

    private static JsonNode deleted(String id) {
        for (JsonNode branch : rest.get(BRANCHES + "?show_deleted=true").json().path("branches")) {
            if (branch.path("branch_id").asText().equals(id)
                    && branch.at("/status/current_state").asText().equals("DELETED")) {
                return branch;
            }
        }
        throw new AssertionError("no tombstone of " + id);
    }

    private static long tombstones(String id) {
        return rest.get(BRANCHES + "?show_deleted=true").json().findValuesAsText("branch_id").stream()
                        .filter(id::equals)
                        .count()
                / 2; // in the branch and in its status
    }

    @Test
    void deletedBranchIsShownOnRequestAndComesBackWithItsRowsOnANewHost() throws Exception {
        rest.createBranch("lazarus", "production");
        String endpoint = BRANCHES + "/lazarus/endpoints/primary";
        String uid = rest.get(BRANCHES + "/lazarus").text("/uid");
        try (var session = Pg.connect(local, endpoint)) {
            Pg.execute(session, "create table kept as select 7 as n");
        }
        rest.succeed(rest.delete(BRANCHES + "/lazarus"));
        rest.get(BRANCHES + "/lazarus").expectError(404, "NOT_FOUND", "branch id not found");
        assertThat(rest.get(BRANCHES).json().findValuesAsText("branch_id")).doesNotContain("lazarus");
        JsonNode tombstone = deleted("lazarus");
        assertThat(tombstone.path("uid").asText()).isEqualTo(uid);
        Instant deleteTime = Instant.parse(tombstone.at("/status/delete_time").asText());
        assertThat(Instant.parse(tombstone.at("/status/purge_time").asText()))
                .isEqualTo(deleteTime.plus(Duration.ofDays(7)));

        Rest.Answer back = rest.succeed(rest.post(BRANCHES + "/lazarus/undelete", "{\"name\": \"ignored\"}"));
        assertThat(back.text("/response/uid")).isEqualTo(uid);
        assertThat(back.text("/response/status/current_state")).isEqualTo("READY");
        assertThat(back.json().at("/response/status/delete_time").isMissingNode())
                .isTrue();
        try (var session = Pg.connect(local, endpoint)) {
            assertThat(Pg.query(session, "select n from kept")).isEqualTo("7");
        }
        rest.post(BRANCHES + "/lazarus/undelete", "").expectError(400, "BAD_REQUEST", "is not deleted");
        rest.post(BRANCHES + "/nothere/undelete", "").expectError(404, "NOT_FOUND", "branch id not found");
        rest.deleteBranch("lazarus");
    }

    /** A clock that fails stands in for whatever may: its calls are all over the work of an undeletion. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void undeletionThatFailsHalfwayLeavesNothingOpenAndCanBeRepeated(boolean wholeProject) throws Exception {
        String project = wholeProject ? "projects/fragile" : "projects/local";
        String branch = project + "/branches/fragile";
        if (wholeProject) {
            rest.succeed(rest.post("projects?project_id=fragile", "{\"spec\": {}}"));
        }
        rest.succeed(rest.post(project + "/branches?branch_id=fragile", "{\"spec\": {\"ttl\": \"3600s\"}}"));
        String endpoint = branch + "/endpoints/primary";
        try (var session = Pg.connect(local, endpoint)) {
            Pg.execute(session, "create table kept as select 7 as n");
        }
        String deleted = wholeProject ? project : branch;
        rest.succeed(rest.delete(deleted));
        // asks the clock once per gateway, and refuses nobody
        try (var over = local.faults()
                .inject(ConnectionFault.refused().endpoint(endpoint).during(Duration.ofSeconds(1)))) {
            AHEAD.updateAndGet(Duration.ofSeconds(2)::plus);
            assertThat(over.isActive()).isFalse();
            int failures = 0;
            while (true) {
                CALLS_UNTIL_FAILURE.set(failures);
                Rest.Answer end = rest.await(rest.post(deleted + "/undelete", "{}"));
                CALLS_UNTIL_FAILURE.set(NEVER);
                if (end.json().path("error").isMissingNode()) {
                    break;
                }
                failures++;
                assertThat(end.text("/error/message")).contains(BROKEN_CLOCK);
                rest.get(branch).expect(404);
                assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.contains(endpoint));
            }
            assertThat(failures).as("moments to fail at").isBetween(4, 10);
        }
        try (var session = Pg.connect(local, endpoint)) {
            assertThat(Pg.query(session, "select n from kept")).isEqualTo("7");
        }
        rest.succeed(rest.delete(deleted + "?purge=true"));
    }

    /** It would keep its doors if the undeletion failed after all. */
    @Test
    void branchOfAProjectThatIsBeingUndeletedCanNotHaveAChildYet() {
        String branches = "projects/hydra/branches";
        rest.succeed(rest.post("projects?project_id=hydra", "{\"spec\": {}}"));
        rest.succeed(rest.post(branches + "?branch_id=second", "{\"spec\": {\"ttl\": \"3600s\"}}"));
        rest.succeed(rest.delete("projects/hydra"));
        var answers = new CopyOnWriteArrayList<Integer>();
        MEANWHILE.set(() -> answers.add(rest.post(branches + "?branch_id=child", "{\"spec\": {\"ttl\": \"3600s\"}}")
                .status()));
        try {
            rest.succeed(rest.post("projects/hydra/undelete", ""));
        } finally {
            MEANWHILE.set(() -> {});
        }
        assertThat(answers).hasSizeGreaterThan(2).containsOnly(409);
        rest.succeed(rest.delete("projects/hydra?purge=true"));
    }

    @Test
    void purgedBranchDoesNotComeBack() {
        rest.createBranch("dust", "production");
        rest.succeed(rest.delete(BRANCHES + "/dust"));
        rest.succeed(rest.delete(BRANCHES + "/dust?purge=true"));
        rest.post(BRANCHES + "/dust/undelete", "").expectError(404, "NOT_FOUND", "branch id not found");
        rest.delete(BRANCHES + "/dust?purge=true").expectError(404, "NOT_FOUND", "branch id not found");
        rest.createBranch("dust", "production");
        rest.delete(BRANCHES + "/dust?purge=perhaps").expectError(400, "INVALID_PARAMETER_VALUE", "purge");
        rest.deleteBranch("dust");
        assertThat(tombstones("dust")).isZero();
    }

    @Test
    void aNewBranchOfTheSameIdPurgesTheDeletedOne() {
        rest.createBranch("phoenix", "production");
        String uid = rest.get(BRANCHES + "/phoenix").text("/uid");
        rest.succeed(rest.delete(BRANCHES + "/phoenix"));
        rest.createBranch("phoenix", "production");
        assertThat(rest.get(BRANCHES + "/phoenix").text("/uid")).isNotEqualTo(uid);
        assertThat(tombstones("phoenix")).isOne();
        rest.post(BRANCHES + "/phoenix/undelete", "").expectError(400, "BAD_REQUEST", "is not deleted");
        rest.deleteBranch("phoenix");
    }

    @Test
    void childStaysDeletedWithoutItsSource() {
        rest.succeed(rest.post(BRANCHES + "?branch_id=trunk", "{\"spec\": {\"no_expiry\": true}}"));
        rest.createBranch("twig", "trunk");
        rest.succeed(rest.delete(BRANCHES + "/twig"));
        rest.succeed(rest.call("PATCH", BRANCHES + "/trunk?update_mask=spec.expiration", """
                {"spec": {"ttl": "3600s"}}"""));
        rest.post(BRANCHES + "/twig/undelete", "")
                .expectError(400, "BAD_REQUEST", "Branches with an expiration date cannot have child branches");
        rest.deleteBranch("trunk");
        rest.post(BRANCHES + "/twig/undelete", "").expectError(400, "BAD_REQUEST", "was deleted");
        rest.succeed(rest.delete(BRANCHES + "/twig?purge=true"));
    }

    @Test
    void onlyTheFiveNewestTombstonesOfAProjectAreKept() throws Exception {
        for (int i = 0; i < 6; i++) {
            rest.createBranch("many-" + i, "production");
            rest.succeed(rest.delete(BRANCHES + "/many-" + i));
        }
        assertThat(tombstones("many-0")).isZero();
        assertThat(tombstones("many-5")).isOne();
        for (int i = 1; i < 6; i++) {
            rest.succeed(rest.delete(BRANCHES + "/many-" + i + "?purge=true"));
        }
        Path clusters = local.caCertificate().getParent().resolveSibling("clusters");
        eventually(Duration.ofSeconds(20), () -> {
            try (var folders = Files.list(clusters)) {
                assertThat(folders.filter(
                                folder -> folder.getFileName().toString().startsWith("br-")))
                        .as("production")
                        .hasSize(1);
            }
        });
    }

    @Test
    void projectIsDeletedWithAllItHasAndUndeletedWithAllItHad() throws Exception {
        rest.succeed(rest.post("projects?project_id=atlantis", ""));
        rest.succeed(rest.post("projects/atlantis/branches?branch_id=harbour", "{\"spec\": {\"no_expiry\": true}}"));
        String endpoint = "projects/atlantis/branches/harbour/endpoints/primary";
        try (var session = Pg.connect(local, endpoint)) {
            Pg.execute(session, "create table kept as select 8 as n");
        }
        rest.succeed(rest.delete("projects/atlantis"));
        rest.get("projects/atlantis").expectError(404, "NOT_FOUND", "project id not found");
        assertThat(rest.get("projects").json().findValuesAsText("name")).doesNotContain("projects/atlantis");
        JsonNode shown =
                rest.get("projects?show_deleted=true").json().path("projects").path(0);
        assertThat(shown.path("name").asText()).isEqualTo("projects/atlantis");
        assertThat(shown.path("delete_time").asText()).isNotEmpty();
        rest.succeed(rest.post("projects/atlantis/undelete", ""));
        try (var session = Pg.connect(local, endpoint)) {
            assertThat(Pg.query(session, "select n from kept")).isEqualTo("8");
        }
        rest.succeed(rest.delete("projects/atlantis"));
        rest.succeed(rest.delete("projects/atlantis?purge=true"));
        rest.post("projects/atlantis/undelete", "").expectError(404, "NOT_FOUND", "project id not found");
    }

    @Test
    void purgeTimeComesForTheDeletedAndExpiryForGood() {
        rest.createBranch("rests", "production");
        rest.succeed(rest.call("PATCH", BRANCHES + "/rests?update_mask=spec.expiration", """
                {"spec": {"no_expiry": true}}"""));
        rest.succeed(rest.delete(BRANCHES + "/rests"));
        rest.createBranch("mayfly", "production");
        AHEAD.updateAndGet(Duration.ofHours(2)::plus);
        eventually(Duration.ofSeconds(20), () -> rest.get(BRANCHES + "/mayfly").expect(404));
        assertThat(tombstones("mayfly")).isZero();
        assertThat(tombstones("rests")).isOne();
        AHEAD.updateAndGet(Duration.ofDays(7)::plus);
        eventually(Duration.ofSeconds(20), () -> assertThat(tombstones("rests")).isZero());
    }

    @Test
    void tombstonesOutliveARestartAndKeepNamesTakenWhereSoConfigured(@TempDir Path folder) throws Exception {
        String uid;
        try (var first = LakebaseLocal.builder().dataDirectory(folder).start()) {
            var before = new Rest(first);
            before.createBranch("asleep", "production");
            uid = before.get(BRANCHES + "/asleep").text("/uid");
            before.succeed(before.delete(BRANCHES + "/asleep"));
        }
        try (var second = LakebaseLocal.builder()
                .dataDirectory(folder)
                .limits(limits -> limits.withDeletedKeepNames(true))
                .start()) {
            var after = new Rest(second);
            after.post(BRANCHES + "?branch_id=asleep", "{\"spec\": {\"no_expiry\": true}}")
                    .expectError(409, "ALREADY_EXISTS", "already exists");
            after.succeed(after.post(BRANCHES + "/asleep/undelete", ""));
            assertThat(after.get(BRANCHES + "/asleep").text("/uid")).isEqualTo(uid);
            Pg.connect(second, BRANCHES + "/asleep/endpoints/primary").close();
        }
    }
}
