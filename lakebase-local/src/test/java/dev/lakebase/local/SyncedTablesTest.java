package dev.lakebase.local;

import static dev.lakebase.local.Eventually.eventually;
import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Catalogs, and tables that are filled from files. */
class SyncedTablesTest {
    private static final String BRANCH = "projects/local/branches/production";

    @TempDir
    static Path folder;

    private static LakebaseLocal local;
    private static Rest rest;

    @BeforeAll
    static void start() throws IOException {
        Files.writeString(folder.resolve("orders.csv"), """
                id,customer,amount,paid,day,"at, exactly",note
                1,"O'Neil, Ann",12.50,true,2026-01-31,2026-01-31T10:00:00Z,
                2,Bob,3,false,2026-02-01,2026-02-01T11:30:00+01:00,"say ""hi\"""
                """);
        Files.writeString(folder.resolve("events.jsonl"), """
                {"id": 1, "kind": "a", "at": "2026-01-01T00:00:00Z", "body": {"x": [1, 2]}}

                {"id": 1, "kind": "b", "at": "2026-01-02T00:00:00Z", "extra": null}
                {"id": 2, "kind": "c", "at": "2026-01-01T00:00:00Z", "extra": 7}
                """);
        Files.writeString(folder.resolve("stock.csv"), "sku,n\nx,1\n");
        Files.writeString(folder.resolve("bait.csv"), "id\n1\n");
        Files.writeString(folder.resolve("twice.csv"), "id\n1\n1\n");
        local = LakebaseLocal.builder()
                .sourceTable("main.sales.orders", folder.resolve("orders.csv"))
                .sourceTable("main.sales.events", folder.resolve("events.jsonl"))
                .sourceTable("main.sales.stock", folder.resolve("stock.csv"))
                .sourceTable("main.sales.bait", folder.resolve("bait.csv"))
                .sourceTable("main.sales.twice", folder.resolve("twice.csv"))
                .start();
        rest = new Rest(local);
    }

    @AfterAll
    static void close() {
        local.close();
    }

    private static String spec(String source, String key, String more) {
        return """
                {"spec": {"source_table_full_name": "main.sales.%s", "branch": "%s",
                 "postgres_database": "databricks_postgres", "primary_key_columns": ["%s"],
                 "create_database_objects_if_missing": true, %s}}""".formatted(source, BRANCH, key, more);
    }

    private static void create(String id, String body) {
        rest.succeed(rest.post("synced_tables?synced_table_id=" + id, body));
    }

    private static void awaitState(String id, String state) {
        awaitState(rest, id, state);
    }

    private static void awaitState(Rest calls, String id, String state) {
        eventually(
                Duration.ofSeconds(30),
                () -> assertThat(calls.get("synced_tables/" + id).expect(200).text("/status/detailed_state"))
                        .isEqualTo("SYNCED_TABLE_" + state));
    }

    @Test
    void csvBecomesATableWithTypesThatFit() throws Exception {
        Rest.Answer begun = rest.post(
                "synced_tables?synced_table_id=lake.sales.orders",
                spec("orders", "id", "\"scheduling_policy\": \"SNAPSHOT\""));
        begun.expect(200);
        assertThat(begun.text("/response/status/detailed_state")).isEqualTo("SYNCED_TABLE_PROVISIONING");
        assertThat(rest.get(begun.text("/name")).expect(200).json().path("done").booleanValue())
                .as("the operation's end does not mean that data is there")
                .isTrue();
        awaitState("lake.sales.orders", "ONLINE_NO_PENDING_UPDATE");
        Rest.Answer table = rest.get("synced_tables/lake.sales.orders");
        assertThat(table.json().has("spec")).isFalse();
        assertThat(table.text("/status/unity_catalog_provisioning_state")).isEqualTo("ACTIVE");
        assertThat(table.text("/status/last_sync_time")).isNotEmpty();
        try (var session = Pg.connect(local, local.endpoint())) {
            assertThat(query(session, """
                    select string_agg(data_type, ', ' order by ordinal_position)
                    from information_schema.columns where table_schema = 'sales' and table_name = 'orders'"""))
                    .isEqualTo("bigint, text, numeric, boolean, date, timestamp with time zone, text");
            assertThat(query(session, "select customer from sales.orders where id = 1"))
                    .isEqualTo("O'Neil, Ann");
            assertThat(query(session, "select note from sales.orders where id = 2"))
                    .isEqualTo("say \"hi\"");
            assertThat(query(session, "select sum(amount) from sales.orders")).isEqualTo("15.50");
            assertThat(query(session, "select count(*) from sales.orders where note is null"))
                    .isEqualTo("1");
        }
    }

    @Test
    void ofJsonLinesWithOneKeyTheLatestCounts() throws Exception {
        create(
                "lake.sales.events",
                spec("events", "id", "\"scheduling_policy\": \"TRIGGERED\", \"timeseries_key\": \"at\""));
        awaitState("lake.sales.events", "ONLINE_NO_PENDING_UPDATE");
        try (var session = Pg.connect(local, local.endpoint())) {
            assertThat(query(session, "select string_agg(id || kind, ' ' order by id) from sales.events"))
                    .isEqualTo("1b 2c");
            assertThat(query(session, "select sum(extra) from sales.events")).isEqualTo("7");
            assertThat(
                            query(
                                    session,
                                    "select data_type from information_schema.columns where table_name = 'events' and column_name = 'body'"))
                    .isEqualTo("jsonb");
        }
    }

    @Test
    void continuousTableFollowsItsSource() throws Exception {
        create("lake.sales.stock", spec("stock", "sku", "\"scheduling_policy\": \"CONTINUOUS\""));
        awaitState("lake.sales.stock", "ONLINE_CONTINUOUS_UPDATE");
        Files.writeString(folder.resolve("stock.csv"), "sku,n\nx,5\ny,6\n");
        try (var session = Pg.connect(local, local.endpoint())) {
            eventually(
                    Duration.ofSeconds(30),
                    () -> assertThat(query(session, "select sum(n) from sales.stock"))
                            .isEqualTo("11"));
        }
        Files.writeString(folder.resolve("stock.csv"), "sku,n\nx,5\nx,66\n");
        awaitState("lake.sales.stock", "ONLINE_PIPELINE_FAILED");
        assertThat(rest.get("synced_tables/lake.sales.stock").text("/status/message"))
                .contains("duplicate key");
    }

    @Test
    void triggerOnASyncedTableRunsWithoutTheRightsOfTheSuperuser() throws Exception {
        create("lake.sales.bait", spec("bait", "id", "\"scheduling_policy\": \"CONTINUOUS\""));
        awaitState("lake.sales.bait", "ONLINE_CONTINUOUS_UPDATE");
        try (var session = Pg.connect(local, local.endpoint())) {
            Pg.execute(session, "create table caught (who text, super text)");
            Pg.execute(session, """
                    create function catch() returns trigger language plpgsql as $$
                    begin
                      reset role;
                      reset session authorization;
                      insert into public.caught values (current_user, current_setting('is_superuser'));
                      return new;
                    end $$""");
            Pg.execute(session, "grant all on caught to databricks_superuser");
            Pg.execute(
                    session, "create trigger bait before insert on sales.bait for each row execute function catch()");
            Files.writeString(folder.resolve("bait.csv"), "id\n1\n2\n");
            eventually(
                    Duration.ofSeconds(30),
                    () -> assertThat(query(session, "select count(*) from sales.bait"))
                            .isEqualTo("2"));
            assertThat(query(session, "select string_agg(distinct who || ' ' || super, ',') from caught"))
                    .isEqualTo("databricks_superuser off");
        }
    }

    @Test
    void loadThatWasCommittedBeforeAKillAndNotKnownToBeIsTakenUp(@TempDir Path parent) throws Exception {
        Path data = parent.resolve("data");
        Supplier<LakebaseLocal> starter = () -> LakebaseLocal.builder()
                .dataDirectory(data)
                .sourceTable("main.sales.orders", folder.resolve("orders.csv"))
                .start();
        String id = "lake.sales.orders";
        try (LakebaseLocal first = starter.get()) {
            var calls = new Rest(first);
            calls.succeed(calls.post(
                    "synced_tables?synced_table_id=" + id,
                    spec("orders", "id", "\"scheduling_policy\": \"SNAPSHOT\"")));
            awaitState(calls, id, "ONLINE_NO_PENDING_UPDATE");
        }
        Path state = data.resolve("control-plane.json");
        String saved = Files.readString(state);
        assertThat(saved).contains("\"state\":\"ONLINE_NO_PENDING_UPDATE\"");
        Files.writeString(state, saved.replace("ONLINE_NO_PENDING_UPDATE", "PROVISIONING_INITIAL_SNAPSHOT"));
        try (LakebaseLocal second = starter.get()) {
            awaitState(new Rest(second), id, "ONLINE_NO_PENDING_UPDATE");
            try (var session = Pg.connect(second, second.endpoint())) {
                assertThat(query(session, "select count(*) from sales.orders")).isEqualTo("2");
            }
        }
    }

    @Test
    void tableOfAUserIsNotOverwritten() throws Exception {
        try (var session = Pg.connect(local, local.endpoint())) {
            Pg.execute(session, "create schema mine; create table mine.stock as select 42 as n");
            create("lake.mine.stock", spec("stock", "sku", "\"scheduling_policy\": \"SNAPSHOT\""));
            awaitState("lake.mine.stock", "OFFLINE_FAILED");
            assertThat(query(session, "select n from mine.stock")).isEqualTo("42");
        }
        assertThat(rest.get("synced_tables/lake.mine.stock").text("/status/message"))
                .contains("already exists");
    }

    @Test
    void whatCanNotBeLoadedIsOfflineWithTheReason() {
        create("lake.sales.twice", spec("twice", "id", "\"scheduling_policy\": \"SNAPSHOT\""));
        awaitState("lake.sales.twice", "OFFLINE_FAILED");
        assertThat(rest.get("synced_tables/lake.sales.twice").text("/status/message"))
                .contains("duplicate key");
        rest.succeed(rest.delete("synced_tables/lake.sales.twice"));
        rest.get("synced_tables/lake.sales.twice").expectError(404, "NOT_FOUND", "synced table id not found");
    }

    @Test
    void badRequestsAreRefusedBeforeAnythingIsMade() {
        String snapshot = "\"scheduling_policy\": \"SNAPSHOT\"";
        rest.post("synced_tables", "{}").expectError(400, "INVALID_PARAMETER_VALUE", "Field 'synced_table_id'");
        rest.post("synced_tables?synced_table_id=a.b", "{}")
                .expectError(400, "INVALID_PARAMETER_VALUE", "catalog.schema.table");
        rest.post("synced_tables?synced_table_id=a.b.c", spec("nothere", "id", snapshot))
                .expectError(404, "NOT_FOUND", "'main.sales.nothere' does not exist");
        rest.post("synced_tables?synced_table_id=a.b.c", spec("orders", "id", "\"scheduling_policy\": \"NEVER\""))
                .expectError(400, "INVALID_PARAMETER_VALUE", "expected SNAPSHOT, TRIGGERED or CONTINUOUS");
        rest.post(
                        "synced_tables?synced_table_id=a.b.c",
                        spec("orders", "id", snapshot).replace("production", "gone"))
                .expectError(404, "NOT_FOUND", "branch id not found");
        create("lake.sales.dup", spec("twice", "id", snapshot));
        rest.post("synced_tables?synced_table_id=lake.sales.dup", spec("twice", "id", snapshot))
                .expectError(409, "ALREADY_EXISTS", "already exists");
        assertThatThrownBy(() -> LakebaseLocal.builder().sourceTable("a.b.c", Path.of("x.parquet")))
                .hasMessageContaining("expected a .csv, .jsonl or .ndjson file");
    }

    @Test
    void catalogStandsForADatabaseAndGivesItToItsTables() throws Exception {
        rest.post("catalogs?catalog_id=lake2", """
                {"spec": {"branch": "%s", "postgres_database": "warehouse"}}""".formatted(BRANCH))
                .expectError(404, "NOT_FOUND", "database id not found");
        Rest.Answer created = rest.succeed(rest.post("catalogs?catalog_id=lake2", """
                {"spec": {"branch": "%s", "postgres_database": "warehouse", "create_database_if_missing": true}}""".formatted(BRANCH)));
        assertThat(created.text("/response/status/project")).isEqualTo("projects/local");
        assertThat(rest.get("catalogs/lake2").expect(200).text("/status/branch"))
                .isEqualTo(BRANCH);
        rest.post("catalogs?catalog_id=lake2", """
                {"spec": {"branch": "%s", "postgres_database": "warehouse"}}""".formatted(BRANCH))
                .expectError(409, "ALREADY_EXISTS", "catalog with such id already exists");
        create("lake2.sales.orders", """
                {"spec": {"source_table_full_name": "main.sales.orders", "primary_key_columns": ["id"],
                 "scheduling_policy": "SNAPSHOT", "create_database_objects_if_missing": true}}""");
        awaitState("lake2.sales.orders", "ONLINE_NO_PENDING_UPDATE");
        assertThat(rest.get(BRANCH + "/databases").json().findValuesAsText("postgres_database"))
                .contains("warehouse");
        rest.succeed(rest.delete("catalogs/lake2"));
        rest.get("catalogs/lake2").expectError(404, "NOT_FOUND", "catalog id not found");
    }

    @Test
    void projectIsAnInstanceOfTheProvisionedTier() throws Exception {
        Rest.Answer instance = rest.get("/api/2.0/database/instances/local").expect(200);
        assertThat(instance.text("/state")).isEqualTo("AVAILABLE");
        assertThat(instance.text("/read_write_dns"))
                .isEqualTo(rest.get(local.endpoint()).text("/status/hosts/host"));
        assertThat(rest.get("/api/2.0/database/instances:findByUid?uid=" + instance.text("/uid"))
                        .expect(200)
                        .text("/name"))
                .isEqualTo("local");
        assertThat(rest.get("/api/2.0/database/instances").text("/database_instances/0/name"))
                .isEqualTo("local");
        rest.get("/api/2.0/database/instances/nothere").expectError(404, "NOT_FOUND", "not found");
        rest.get("/api/2.0/database/instances:findByUid?uid=x").expectError(404, "NOT_FOUND", "not found");
        Rest.Answer credential = rest.post(
                        "/api/2.0/database/credentials", "{\"request_id\": \"r\", \"instance_names\": [\"local\"]}")
                .expect(200);
        assertThat(credential.text("/expiration_time")).endsWith("Z");
        Pg.connect(local, rest.gatewayPort(local.endpoint()), local.user(), credential.text("/token"))
                .close();
        rest.post("/api/2.0/database/credentials", "{\"instance_names\": [\"other\"]}")
                .expectError(404, "NOT_FOUND", "not found");
        rest.post("/api/2.0/database/credentials", "{}").expectError(400, "INVALID_PARAMETER_VALUE", "instance_names");
    }
}
