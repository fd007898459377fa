package dev.lakebase.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What lives in a branch's PostgreSQL, through the API, on a branch of its own. */
@ExtendWith(SharedLocal.class)
class DatabasesAndRolesTest {
    private static final String BRANCH = "projects/local/branches/contents";
    private static final String ENDPOINT = BRANCH + "/endpoints/primary";

    private LakebaseLocal local;
    private Rest rest;

    @BeforeEach
    void branch(LakebaseLocal shared) {
        local = shared;
        rest = new Rest(local);
        rest.createBranch("contents", "production");
    }

    @AfterEach
    void delete() {
        rest.deleteBranch("contents");
    }

    private void createRole(String id, String spec) {
        rest.succeed(rest.post(BRANCH + "/roles?role_id=" + id, "{\"spec\": {" + spec + "}}"));
    }

    private static String owned(String role, String more) {
        return "{\"spec\": {\"role\": \"" + BRANCH + "/roles/" + role + "\"" + more + "}}";
    }

    @Test
    void everyBranchHasTheDatabaseWithAnIdOfHyphensAndANameOfUnderscores() {
        JsonNode database = rest.get(BRANCH + "/databases")
                .expect(200)
                .json()
                .path("databases")
                .path(0);
        assertThat(database.path("name").asText()).isEqualTo(BRANCH + "/databases/databricks-postgres");
        assertThat(database.at("/status/postgres_database").asText()).isEqualTo("databricks_postgres");
        assertThat(database.has("spec")).isFalse();
    }

    @Test
    void databaseIsCreatedOwnedRenamedAndDropped() throws Exception {
        createRole("billing", "\"identity_type\": \"USER\", \"postgres_role\": \"billing@example.com\"");
        Rest.Answer created = rest.succeed(rest.post(BRANCH + "/databases?database_id=ledger", owned("billing", "")));
        assertThat(created.text("/response/status/postgres_database")).isEqualTo("ledger");
        assertThat(created.text("/response/status/role")).isEqualTo(BRANCH + "/roles/billing");
        try (var session = Pg.connect(local, ENDPOINT)) {
            assertThat(Pg.query(session, "select pg_get_userbyid(datdba) from pg_database where datname = 'ledger'"))
                    .isEqualTo("billing@example.com");
        }
        rest.succeed(rest.call(
                "PATCH",
                BRANCH + "/databases/ledger?update_mask=spec.postgres_database",
                owned("nobody-at-all", ", \"postgres_database\": \"Ledger 2\"")));
        JsonNode renamed = rest.get(BRANCH + "/databases/ledger").expect(200).json();
        assertThat(renamed.at("/status/postgres_database").asText()).isEqualTo("Ledger 2");
        assertThat(renamed.at("/status/role").asText()).as("outside the mask").isEqualTo(BRANCH + "/roles/billing");
        rest.succeed(rest.delete(BRANCH + "/databases/ledger"));
        rest.get(BRANCH + "/databases/ledger").expectError(404, "NOT_FOUND", "database id not found");
    }

    @Test
    void databaseNeedsAnOwnerAndANameOfItsOwn() {
        rest.post(BRANCH + "/databases?database_id=orphan", "{}")
                .expectError(400, "INVALID_PARAMETER_VALUE", "Field 'database.spec.role' is required");
        rest.post(BRANCH + "/databases?database_id=orphan", owned("nobody", ""))
                .expectError(404, "NOT_FOUND", "role id not found");
        rest.post(BRANCH + "/databases?database_id=abc", owned("nobody", ""))
                .expectError(400, "INVALID_PARAMETER_VALUE", "database_id");
        createRole("owner", "");
        for (String query : List.of("database_id=databricks-postgres", "database_id=twin")) {
            rest.post(
                            BRANCH + "/databases?" + query,
                            owned("owner", ", \"postgres_database\": \"databricks_postgres\""))
                    .expectError(400, "BAD_REQUEST", "database with that name already exists");
        }
        rest.succeed(rest.post(
                BRANCH + "/databases?database_id=databricks-postgres&replace_existing=true", owned("owner", "")));
        assertThat(rest.get(BRANCH + "/databases/databricks-postgres").text("/status/role"))
                .isEqualTo(BRANCH + "/roles/owner");
    }

    @Test
    void roleChangesByItsMaskOnly() throws Exception {
        createRole("worker", "\"identity_type\": \"USER\", \"postgres_role\": \"worker@example.com\"");
        String role = BRANCH + "/roles/worker";
        rest.succeed(rest.call(
                "PATCH",
                role + "?update_mask=spec.attributes.createdb",
                "{\"spec\": {\"attributes\": {\"createdb\": true, \"createrole\": true}}}"));
        JsonNode status = rest.get(role).expect(200).json().path("status");
        assertThat(status.at("/attributes/createdb").booleanValue()).isTrue();
        assertThat(status.at("/attributes/createrole").booleanValue()).isFalse();
        rest.succeed(rest.call(
                "PATCH",
                role + "?update_mask=spec.membership_roles,spec.auth_method",
                "{\"spec\": {\"membership_roles\": [\"DATABRICKS_SUPERUSER\"], \"auth_method\": \"NO_LOGIN\"}}"));
        try (var session = Pg.connect(local, ENDPOINT)) {
            assertThat(Pg.query(session, "select pg_has_role('worker@example.com', 'databricks_superuser', 'member')"))
                    .isEqualTo("t");
            assertThat(Pg.query(session, "select rolcanlogin from pg_roles where rolname = 'worker@example.com'"))
                    .isEqualTo("f");
        }
        rest.call("PATCH", role + "?update_mask=spec.membership_roles", "{\"spec\": {}}")
                .expectError(400, "INVALID_PARAMETER_VALUE", "is in update_mask but not provided in request");
        rest.succeed(rest.post(
                BRANCH + "/roles?role_id=worker&replace_existing=true", "{\"spec\": {\"identity_type\": \"USER\"}}"));
        assertThat(rest.get(role).json().at("/status/membership_roles")).isEmpty();
    }

    @Test
    void whatADroppedRoleOwnedGoesToItsHeir() throws Exception {
        createRole("heir", "\"postgres_role\": \"heir\"");
        try (var session = Pg.connect(local, ENDPOINT)) {
            Pg.execute(session, "create table diary (n int)");
            Pg.execute(session, "grant create on schema public to public");
            Pg.execute(session, "create role leaver");
            Pg.execute(session, "grant leaver to current_user");
            Pg.execute(session, "alter table diary owner to leaver");
        }
        Rest.Answer refused = rest.await(rest.delete(BRANCH + "/roles/leaver"));
        assertThat(refused.text("/error/error_code")).isEqualTo("BAD_REQUEST");
        assertThat(refused.text("/error/message")).contains("depend on it");
        rest.succeed(rest.delete(BRANCH + "/roles/leaver?reassign_owned_to=" + BRANCH + "/roles/heir"));
        try (var session = Pg.connect(local, ENDPOINT)) {
            assertThat(Pg.query(session, "select tableowner from pg_tables where tablename = 'diary'"))
                    .isEqualTo("heir");
        }
    }

    @Test
    void pagesListEverythingExactlyOnceWhileOthersComeAndGo() {
        createRole("aaaa-first", "");
        for (int i = 1; i <= 5; i++) {
            createRole("page-" + i, "");
        }
        List<String> seen = new ArrayList<>();
        String token = "";
        do {
            JsonNode page = rest.get(BRANCH + "/roles?page_size=2&page_token=" + token)
                    .expect(200)
                    .json();
            assertThat(page.path("roles").size()).isLessThanOrEqualTo(2);
            seen.addAll(page.path("roles").findValuesAsText("name"));
            token = page.path("next_page_token").asText();
            if (seen.size() == 2) {
                createRole("aaaa-late", "");
                rest.succeed(rest.delete(BRANCH + "/roles/aaaa-first"));
            }
        } while (!token.isEmpty());
        assertThat(seen).doesNotHaveDuplicates();
        assertThat(seen).contains(BRANCH + "/roles/aaaa-first", BRANCH + "/roles/page-2", BRANCH + "/roles/page-5");
        rest.get(BRANCH + "/roles?page_token=abc").expectError(400, "INVALID_PARAMETER_VALUE", "page_token");
        rest.get(BRANCH + "/roles?page_size=-1").expectError(400, "INVALID_PARAMETER_VALUE", "page_size");
    }

    @Test
    void aDatabaseOfItsOwnIsCopiedWithTheBranch() throws Exception {
        rest.succeed(rest.call("PATCH", BRANCH + "?update_mask=spec.expiration", "{\"spec\": {\"no_expiry\": true}}"));
        createRole("owner", "\"postgres_role\": \"owner\"");
        rest.succeed(rest.post(BRANCH + "/databases?database_id=extra", owned("owner", "")));
        rest.createBranch("contents-copy", "contents");
        try {
            String copy = "projects/local/branches/contents-copy";
            assertThat(rest.get(copy + "/databases/extra").expect(200).text("/status/role"))
                    .isEqualTo(copy + "/roles/owner");
            rest.succeed(rest.delete(copy + "/databases/extra"));
            rest.get(BRANCH + "/databases/extra").expect(200);
        } finally {
            rest.deleteBranch("contents-copy");
        }
    }
}
