package dev.lakebase.local;

import static dev.lakebase.local.Eventually.eventually;
import static dev.lakebase.local.Pg.execute;
import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Load and its remains, on an instance of its own, so that others' traces are not counted. */
class ChurnTest {
    @Test
    void createDeleteRoundsLeaveNoProcessPortThreadOrFolder() throws Exception {
        createDeleteRoundsLeaveNothing(30);
    }

    @Test
    @Tag("soak")
    void twoHundredCreateDeleteRoundsLeaveNothing() throws Exception {
        createDeleteRoundsLeaveNothing(200);
    }

    private static void createDeleteRoundsLeaveNothing(int rounds) throws Exception {
        Path directory;
        try (var local = LakebaseLocal.start()) {
            var rest = new Rest(local);
            round(local, rest, "warm-up");
            Traces before = Traces.of(local);
            for (int i = 0; i < rounds; i++) {
                round(local, rest, "round-" + i);
            }
            eventually(Duration.ofSeconds(20), () -> {
                Traces after = Traces.of(local);
                assertThat(after.folders()).isEqualTo(before.folders());
                assertThat(after.ports()).isEqualTo(before.ports());
                assertThat(after.threads()).isSubsetOf(before.threads());
                // PostgreSQL's own workers come and go
                assertThat(after.processes())
                        .hasSizeLessThanOrEqualTo(before.processes().size() + 2);
                assertThat(after.openFiles()).isLessThan(before.openFiles() + 20);
            });
            directory = local.caCertificate().getParent().getParent();
        }
        assertThat(directory).doesNotExist();
    }

    private static void round(LakebaseLocal local, Rest rest, String id) throws Exception {
        rest.createBranch(id, "production");
        try (var connection = Pg.connect(local, "projects/local/branches/" + id + "/endpoints/primary")) {
            assertThat(query(connection, "select 1")).isEqualTo("1");
            rest.deleteBranch(id); // with a session open
        }
    }

    @Test
    void transfersDuringTheCopyAreWhollyInTheBranchOrNotAtAll() throws Exception {
        try (var local = LakebaseLocal.start();
                var bank = Pg.connect(local, local.endpoint())) {
            execute(bank, "create table account as select n as id, 100 as balance from generate_series(1, 100) n");
            execute(bank, "create table journal (n bigserial)");
            var stop = new AtomicBoolean();
            List<CompletableFuture<Void>> tellers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                var connection = Pg.connect(local, local.endpoint());
                tellers.add(CompletableFuture.runAsync(() -> transfer(connection, stop)));
            }
            try {
                var rest = new Rest(local);
                for (int i = 0; i < 3; i++) {
                    String before = query(bank, "select count(*) from journal");
                    rest.createBranch("audit-" + i, "production");
                    String endpoint = "projects/local/branches/audit-" + i + "/endpoints/primary";
                    try (var audit = Pg.connect(local, endpoint)) {
                        assertThat(query(audit, "select sum(balance) from account"))
                                .isEqualTo("10000");
                        assertThat(Long.parseLong(query(audit, "select count(*) from journal")))
                                .isGreaterThanOrEqualTo(Long.parseLong(before));
                        execute(audit, "delete from account");
                    }
                    eventually(
                            Duration.ofSeconds(20),
                            () -> assertThat(Long.parseLong(query(bank, "select count(*) from journal")))
                                    .as("the parent goes on serving writes")
                                    .isGreaterThan(Long.parseLong(before)));
                    assertThat(query(bank, "select sum(balance) from account")).isEqualTo("10000");
                }
            } finally {
                stop.set(true);
                CompletableFuture.allOf(tellers.toArray(CompletableFuture[]::new))
                        .join();
            }
        }
    }

    private static void transfer(Connection connection, AtomicBoolean stop) {
        try (connection;
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int i = 0; !stop.get(); i++) {
                // in one order of rows, so that tellers don't deadlock
                statement.execute("update account set balance = balance - 1 where id = " + (1 + i % 50));
                statement.execute("update account set balance = balance + 1 where id = " + (51 + i % 50));
                statement.execute("insert into journal default values");
                connection.commit();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
