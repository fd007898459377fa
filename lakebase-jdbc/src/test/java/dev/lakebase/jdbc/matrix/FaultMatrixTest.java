package dev.lakebase.jdbc.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lakebase.jdbc.InvalidSettingException;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.jdbc.fake.Crowd;
import dev.lakebase.jdbc.matrix.Expected.Outcome;
import dev.lakebase.local.LakebaseLocal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault, met by {@value #BORROWERS} threads at once, against a real server; and the page that promises it. */
@Timeout(120)
class FaultMatrixTest {
    private static final int BORROWERS = 16;
    private static final Path PAGE = Path.of("../docs/faults.md");
    private static final ShiftedClock CLOCK = new ShiftedClock();

    private static LakebaseLocal local;

    @BeforeAll
    static void start() {
        local = LakebaseLocal.builder().clock(CLOCK).start();
    }

    @AfterAll
    static void stop() {
        local.close();
    }

    @AfterEach
    void clear() {
        local.faults().clear();
    }

    static List<FaultRow> rows() {
        return Stream.of(PlatformRows.rows(), LoginRows.rows(), ComputeRows.rows(), TargetRows.rows())
                .flatMap(List::stream)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void everyBorrowerGetsWhatThePageSays(FaultRow row) throws Exception {
        try (Scene scene = new Scene(local, CLOCK, row.expected().when())) {
            if (row.expected().when() == Expected.When.CONFIGURATION) {
                assertThatThrownBy(() -> row.setup().dataSource(scene))
                        .isInstanceOf(InvalidSettingException.class)
                        .satisfies(e -> row.expected().check(new Outcome(e, Duration.ZERO)));
                return;
            }
            try (LakebaseDataSource dataSource = row.setup().dataSource(scene)) {
                List<Outcome> outcomes = borrow(scene, dataSource);
                assertThat(outcomes).hasSize(BORROWERS).allSatisfy(row.expected()::check);
                assertThat(scene.faultsStruck()).as("the faults struck").isTrue();
                scene.afterwards.run();
            }
        }
    }

    @Test
    void thePageIsWhatWasTested() throws Exception {
        String page = FaultPage.of(rows());
        Path generated = Path.of("target/faults.md");
        Files.createDirectories(generated.getParent());
        Files.writeString(generated, page);
        assertThat(rows()).hasSizeGreaterThanOrEqualTo(40);
        assertThat(Files.exists(PAGE) ? Files.readString(PAGE) : "")
                .as("docs/faults.md; the new one is lakebase-jdbc/target/faults.md")
                .isEqualTo(page);
    }

    private static List<Outcome> borrow(Scene scene, LakebaseDataSource dataSource) throws Exception {
        var begun = new CompletableFuture<Void>();
        var threads = new ArrayList<Thread>();
        var outcomes = new ArrayList<CompletableFuture<Outcome>>();
        for (int i = 0; i < BORROWERS; i++) {
            var outcome = new CompletableFuture<Outcome>();
            outcomes.add(outcome);
            threads.add(thread(scene, () -> {
                begun.join();
                long start = System.nanoTime();
                Throwable failure = null;
                try {
                    scene.work.run(dataSource);
                } catch (Exception e) {
                    failure = e;
                }
                outcome.complete(new Outcome(failure, Duration.ofNanos(System.nanoTime() - start)));
            }));
        }
        threads.forEach(Thread::start);
        begun.complete(null);
        Crowd.await(() -> threads.stream().noneMatch(thread -> thread.getState() == Thread.State.NEW));
        scene.whileTheyWait.act(dataSource, threads);
        var got = new ArrayList<Outcome>();
        for (CompletableFuture<Outcome> each : outcomes) {
            got.add(each.get(60, TimeUnit.SECONDS));
        }
        return got;
    }

    private static Thread thread(Scene scene, Runnable task) throws ReflectiveOperationException {
        if (!scene.virtual) {
            return new Thread(task);
        }
        assumeThat(Runtime.version().feature()).isGreaterThanOrEqualTo(21);
        Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        return (Thread) Class.forName("java.lang.Thread$Builder")
                .getMethod("unstarted", Runnable.class)
                .invoke(builder, task);
    }
}
