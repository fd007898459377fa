package dev.lakebase.local;

import static dev.lakebase.local.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random requests, legal and illegal, from eight threads at once, against a model of the rules. */
class RulesModelTest {
    private static final int THREADS = 8;
    /** One in so many rounds all threads want the same. */
    private static final int RACE_EVERY = 10;

    @Test
    void serverAndModelAgree() throws Exception {
        run(20, Long.getLong("model.seed", System.nanoTime()));
    }

    @Test
    @Tag("soak")
    void serverAndModelAgreeForFiveHundredRounds() throws Exception {
        run(500, Long.getLong("model.seed", System.nanoTime()));
    }

    private static void run(int rounds, long seed) throws Exception {
        System.out.println("rules against their model: -Dmodel.seed=" + seed);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (var local = LakebaseLocal.builder()
                .limits(limits -> limits.withBranches(RulesModel.MOST_BRANCHES))
                .start()) {
            var rest = new Rest(local);
            race(threads, local, "warm-up");
            Traces before = Traces.of(local);
            var players = new ArrayList<Player>();
            for (int i = 0; i < THREADS; i++) {
                String project = "projects/model-" + i;
                rest.succeed(rest.post("projects?project_id=model-" + i, ""));
                players.add(new Player(rest, project, new Random(seed + i)));
            }
            for (int round = 0; round < rounds; round++) {
                all(
                        threads,
                        players.stream()
                                .map(player -> (Callable<Object>) player::play)
                                .toList());
                if (round % RACE_EVERY == 0) {
                    race(threads, local, "race-" + round);
                }
            }
            for (Player player : players) {
                rest.succeed(rest.delete(player.project + "?purge=true"));
            }
            eventually(Duration.ofSeconds(30), () -> {
                Traces after = Traces.of(local);
                assertThat(after.folders()).isEqualTo(before.folders());
                assertThat(after.ports()).isEqualTo(before.ports());
                assertThat(after.threads()).isSubsetOf(before.threads());
                // PostgreSQL's own workers come and go
                assertThat(after.processes())
                        .hasSizeLessThanOrEqualTo(before.processes().size() + 2);
                assertThat(after.openFiles()).isLessThan(before.openFiles() + 20);
            });
        } finally {
            threads.shutdownNow();
        }
    }

    private static <T> List<T> all(ExecutorService threads, List<Callable<T>> tasks) throws Exception {
        var results = new ArrayList<T>();
        for (Future<T> result : threads.invokeAll(tasks)) {
            results.add(result.get());
        }
        return results;
    }

    /** All create one branch, all delete it: once it happens. */
    private static void race(ExecutorService threads, LakebaseLocal local, String id) throws Exception {
        var rest = new Rest(local);
        String branches = "projects/local/branches";
        List<Rest.Answer> created =
                all(threads, same(() -> rest.post(branches + "?branch_id=" + id, "{\"spec\": {\"ttl\": \"3600s\"}}")));
        assertThat(created).filteredOn(answer -> answer.status() == 200).hasSize(1);
        assertThat(created)
                .filteredOn(answer -> answer.status() != 200)
                .allSatisfy(answer -> answer.expectError(409, "ALREADY_EXISTS", "already exists"));
        created.stream().filter(answer -> answer.status() == 200).forEach(rest::succeed);
        List<Rest.Answer> deleted = all(threads, same(() -> rest.delete(branches + "/" + id + "?purge=true")));
        assertThat(deleted).anyMatch(answer -> answer.status() == 200);
        // who comes while it goes gets the same operation; who comes later finds nothing
        assertThat(deleted)
                .filteredOn(answer -> answer.status() == 200)
                .extracting(answer -> answer.text("/name"))
                .containsOnly(deleted.stream()
                        .filter(answer -> answer.status() == 200)
                        .findFirst()
                        .orElseThrow()
                        .text("/name"));
        assertThat(deleted)
                .filteredOn(answer -> answer.status() != 200)
                .allSatisfy(answer -> answer.expectError(404, "NOT_FOUND", "branch id not found"));
        rest.succeed(deleted.stream()
                .filter(answer -> answer.status() == 200)
                .findFirst()
                .orElseThrow());
    }

    private static <T> List<Callable<T>> same(Callable<T> task) {
        return Collections.nCopies(THREADS, task);
    }

    /** One thread with a project of its own, so that what is right does not depend on the others. */
    private static final class Player {
        private static final String[] IDS = {"ada", "bob", "cyd", "dan", "eve", "fay"};

        private final Rest rest;
        private final String project;
        private final Random random;
        private final RulesModel model = new RulesModel();
        private final Deque<String> lately = new ArrayDeque<>();

        Player(Rest rest, String project, Random random) {
            this.rest = rest;
            this.project = project;
            this.random = random;
        }

        private String id() {
            return random.nextInt(8) == 0 ? "production" : IDS[random.nextInt(IDS.length)];
        }

        private RulesModel.Expiry expiry() {
            RulesModel.Expiry[] all = RulesModel.Expiry.values();
            return all[random.nextInt(3) == 0 ? random.nextInt(all.length) : random.nextInt(2)];
        }

        private boolean oneIn(int n) {
            return random.nextInt(n) == 0;
        }

        Object play() {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> create();
                case 3, 4 -> {
                    String id = id();
                    boolean purge = random.nextBoolean();
                    Set<String> expected = model.delete(id, purge);
                    check("delete " + id + " purge=" + purge, expected, rest.delete(name(id) + "?purge=" + purge));
                }
                case 5, 6 -> {
                    String id = id();
                    check("undelete " + id, model.undelete(id), rest.post(name(id) + "/undelete", ""));
                }
                case 7 -> update();
                case 8 -> {
                    String id = id();
                    check(
                            "reader of " + id,
                            model.createReader(id, "reader"),
                            rest.post(
                                    name(id) + "/endpoints?endpoint_id=reader",
                                    "{\"spec\": {\"endpoint_type\": \"ENDPOINT_TYPE_READ_ONLY\"}}"));
                }
                default -> {
                    String id = id();
                    check(
                            "no reader of " + id,
                            model.deleteReader(id, "reader"),
                            rest.delete(name(id) + "/endpoints/reader"));
                }
            }
            compare();
            return "";
        }

        private String name(String id) {
            return project + "/branches/" + id;
        }

        private void create() {
            String id = oneIn(12) ? "Not-An-Id" : id();
            String source = oneIn(12) ? "nowhere" : id();
            RulesModel.Expiry expiry = expiry();
            boolean isProtected = oneIn(6);
            boolean replace = oneIn(5);
            Set<String> expected = model.create(id, source, expiry, isProtected, replace);
            check(
                    "create " + id + " from " + source + " " + expiry + (isProtected ? " protected" : "")
                            + (replace ? " replace" : ""),
                    expected,
                    rest.post(
                            project + "/branches?branch_id=" + id + "&replace_existing=" + replace,
                            "{\"spec\": {\"source_branch\": \"" + name(source) + "\", \"is_protected\": " + isProtected
                                    + ", " + expiry.json + "}}"));
        }

        private void update() {
            String id = id();
            boolean protection = random.nextBoolean();
            RulesModel.Expiry expiry = expiry();
            if (protection) {
                boolean isProtected = random.nextBoolean();
                check(
                        "update " + id + " protected=" + isProtected,
                        model.update(id, null, isProtected),
                        rest.call(
                                "PATCH",
                                name(id) + "?update_mask=spec.is_protected",
                                "{\"spec\": {\"is_protected\": " + isProtected + ", " + expiry.json + "}}"));
            } else if (expiry != RulesModel.Expiry.NOTHING) {
                check(
                        "update " + id + " " + expiry,
                        model.update(id, expiry, null),
                        rest.call(
                                "PATCH",
                                name(id) + "?update_mask=spec.expiration",
                                "{\"spec\": {" + expiry.json + "}}"));
            }
        }

        /** @param expected the reasons for a refusal; empty: it succeeds */
        private void check(String what, Set<String> expected, Rest.Answer answer) {
            if (lately.size() == 12) {
                lately.removeFirst();
            }
            lately.addLast(what + " -> " + answer.status());
            if (expected.isEmpty()) {
                assertThat(answer.status()).as("%s%n%s", story(), answer.json()).isEqualTo(200);
                JsonNode done = rest.await(answer).json();
                assertThat(done.has("error")).as("%s%n%s", story(), done).isFalse();
            } else {
                assertThat(answer.status() + " " + answer.text("/error_code"))
                        .as("%s%n%s", story(), answer.json())
                        .isIn(expected);
            }
        }

        private String story() {
            return project + ": " + String.join("; ", lately);
        }

        private void compare() {
            var seen = new ArrayList<String>();
            for (JsonNode branch : rest.get(project + "/branches?show_deleted=true")
                    .expect(200)
                    .json()
                    .path("branches")) {
                String source = branch.at("/status/source_branch").asText();
                seen.add(RulesModel.seen(
                        branch.path("branch_id").asText(),
                        source.substring(source.lastIndexOf('/') + 1),
                        branch.at("/status/current_state").asText(),
                        branch.at("/status/is_protected").booleanValue(),
                        branch.at("/status").has("expire_time")));
            }
            assertThat(seen).as(story()).containsExactlyInAnyOrderElementsOf(model.says());
        }
    }
}
