package dev.lakebase.local;

import static dev.lakebase.local.Pg.execute;
import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedLocal.class)
class LifecycleTest {
    private static final String BRANCHES = "projects/local/branches/";

    @Test
    void branchHasTheParentsRowsAndKeepsItsOwn(LakebaseLocal local) throws Exception {
        var rest = new Rest(local);
        try (var production = Pg.connect(local, local.endpoint())) {
            execute(production, "create table kept (n int)");
            execute(production, "insert into kept values (1)");
            rest.createBranch("copy", "production");
            try (var copy = Pg.connect(local, BRANCHES + "copy/endpoints/primary")) {
                assertThat(query(copy, "select sum(n) from kept")).isEqualTo("1");
                execute(copy, "insert into kept values (10)");
            }
            execute(production, "insert into kept values (100)");
            assertThat(query(production, "select sum(n) from kept")).isEqualTo("101");
            execute(production, "drop table kept"); // the instance is shared; the copy has its own
            try (var copy = Pg.connect(local, BRANCHES + "copy/endpoints/primary")) {
                assertThat(query(copy, "select sum(n) from kept")).isEqualTo("11");
            }
        } finally {
            rest.deleteBranch("copy");
        }
    }

    @Test
    void suspendEndsSessionsAndTheNextLoginWakesWithAllCommittedRows(LakebaseLocal local) throws Exception {
        var rest = new Rest(local);
        rest.createBranch("sleeper", "production");
        String endpoint = BRANCHES + "sleeper/endpoints/primary";
        try (var before = Pg.connect(local, endpoint)) {
            execute(before, "create table dream (n int)");
            execute(before, "insert into dream values (7)");
            assertThat(rest.get(endpoint).text("/status/current_state")).isEqualTo("ACTIVE");
            local.suspend(endpoint);
            assertThat(rest.get(endpoint).text("/status/current_state")).isEqualTo("IDLE");
            assertThatThrownBy(() -> query(before, "select 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57P01"));
            try (var after = Pg.connect(local, endpoint)) {
                assertThat(query(after, "select n from dream")).isEqualTo("7");
            }
            assertThat(rest.get(endpoint).text("/status/current_state")).isEqualTo("ACTIVE");
        } finally {
            rest.deleteBranch("sleeper");
        }
    }

    @Test
    void secondCloseReturnsWhenTheFirstHasRemovedEverything() throws Exception {
        var begun = new CountDownLatch(1);
        var local = LakebaseLocal.start();
        Path directory = local.caCertificate().getParent().getParent();
        var first = new Thread(() -> {
            begun.countDown();
            local.close();
        });
        first.start();
        begun.await();
        // either may be first: nothing is left when any close() has returned
        local.close();
        assertThat(directory).doesNotExist();
        first.join();
    }
}
