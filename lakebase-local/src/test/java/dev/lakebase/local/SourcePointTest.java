package dev.lakebase.local;

import static dev.lakebase.local.Pg.execute;
import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Branches from a point in time, as a client of the REST API asks for them. */
@ExtendWith(SharedLocal.class)
class SourcePointTest {
    private static final String BRANCHES = "projects/local/branches";

    private static String spec(String more) {
        return "{\"spec\": {\"source_branch\": \"projects/local/branches/production\", \"ttl\": \"3600s\", " + more
                + "}}";
    }

    @Test
    void branchFromAnLsnOrATimeHasWhatWasCommittedThenAndSaysSo(LakebaseLocal local) throws Exception {
        var rest = new Rest(local);
        String lsn;
        String time;
        try (var production = Pg.connect(local, local.endpoint())) {
            execute(production, "create table dated (n int)");
            execute(production, "insert into dated values (1)");
            lsn = query(production, "select pg_current_wal_insert_lsn()");
            execute(production, "insert into dated values (2)");
            time = query(
                    production,
                    "select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
            execute(production, "insert into dated values (3)");
        }
        local.suspend(local.endpoint());
        try {
            Rest.Answer atLsn = rest.await(
                    rest.post(BRANCHES + "?branch_id=at-lsn", spec("\"source_branch_lsn\": \"" + lsn + "\"")));
            Rest.Answer atTime = rest.await(
                    rest.post(BRANCHES + "?branch_id=at-time", spec("\"source_branch_time\": \"" + time + "\"")));

            assertThat(sum(local, "at-lsn")).isEqualTo("1");
            assertThat(sum(local, "at-time")).isEqualTo("3");
            assertThat(atLsn.text("/response/status/source_branch_lsn")).isEqualTo(lsn);
            assertThat(Instant.parse(atLsn.text("/response/status/source_branch_time")))
                    .isBefore(Instant.parse(time));
            assertThat(Instant.parse(atTime.text("/response/status/source_branch_time")))
                    .isEqualTo(Instant.parse(time));
            assertThat(atTime.text("/response/status/source_branch_lsn")).matches("[0-9A-F]+/[0-9A-F]+");
            assertThat(rest.get(BRANCHES + "/at-lsn")
                            .json()
                            .at("/status/logical_size_bytes")
                            .asLong())
                    .isBetween(10_000_000L, 100_000_000L);
        } finally {
            rest.deleteBranch("at-lsn");
            rest.deleteBranch("at-time");
            try (var production = Pg.connect(local, local.endpoint())) {
                execute(production, "drop table dated");
            }
        }
    }

    private static String sum(LakebaseLocal local, String branch) throws Exception {
        try (var session = Pg.connect(local, BRANCHES + "/" + branch + "/endpoints/primary")) {
            return query(session, "select sum(n) from dated");
        }
    }

    @Test
    void pointsOutsideTheHistoryAreInvalidParametersAndMakeNoBranch(LakebaseLocal local) {
        var rest = new Rest(local);
        Instant created = Instant.parse(rest.get(BRANCHES + "/production").text("/create_time"));
        Instant now = Instant.now();
        for (String point : new String[] {
            "\"source_branch_time\": \"" + now.plus(1, ChronoUnit.HOURS) + "\"",
            "\"source_branch_time\": \"" + created.minusMillis(1) + "\"",
            "\"source_branch_time\": \"yesterday\"",
            "\"source_branch_lsn\": \"FF/0\"",
            "\"source_branch_lsn\": \"0/10\"",
            "\"source_branch_lsn\": \"12345\"",
            "\"source_branch_lsn\": \"0/10\", \"source_branch_time\": \"" + now + "\"",
        }) {
            Rest.Answer answer = rest.post(BRANCHES + "?branch_id=nowhere", spec(point));
            assertThat(answer.expect(400).text("/error_code")).as(point).isEqualTo("INVALID_PARAMETER_VALUE");
            assertThat(answer.text("/message")).as(point).isNotBlank();
        }
        rest.get(BRANCHES + "/nowhere").expect(404);
    }

    @Test
    void branchThatNoLongerExpiresKeepsItsPastFromThenOn(LakebaseLocal local) throws Exception {
        var rest = new Rest(local);
        rest.createBranch("promoted", "production");
        try {
            String spec = "{\"spec\": {\"source_branch\": \"" + BRANCHES + "/promoted\", \"ttl\": \"3600s\", ";
            rest.await(rest.call(
                            "PATCH",
                            BRANCHES + "/promoted?update_mask=spec.expiration",
                            "{\"spec\": {\"no_expiry\": true}}"))
                    .expect(200);
            String before = rest.get(BRANCHES + "/promoted").text("/create_time");
            rest.post(BRANCHES + "?branch_id=child", spec + "\"source_branch_time\": \"" + before + "\"}}")
                    .expect(400);
            try (var session = Pg.connect(local, BRANCHES + "/promoted/endpoints/primary")) {
                execute(session, "create table dated as select 1 as n");
                String lsn = query(session, "select pg_current_wal_insert_lsn()");
                execute(session, "drop table dated");
                rest.await(rest.post(BRANCHES + "?branch_id=child", spec + "\"source_branch_lsn\": \"" + lsn + "\"}}"));
            }
            assertThat(sum(local, "child")).isEqualTo("1");
            rest.deleteBranch("child");
        } finally {
            rest.deleteBranch("promoted");
        }
    }
}
