package dev.lakebase.local;

import static dev.lakebase.local.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lakebase.local.Wire.Reply;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of {@code contract.md} that hold for every client: through plain HTTP, and through the platform's Java SDK. */
@Tag("contract")
@ParameterizedClass
@ValueSource(strings = {"http", "sdk"})
@ExtendWith(ContractTarget.Extension.class)
class ContractTest {
    private static final String NO_EXPIRY = "{\"spec\": {\"no_expiry\": true}}";
    private static final String AN_HOUR = "{\"spec\": {\"ttl\": \"3600s\"}}";

    @Parameter
    String wireName;

    private ContractTarget target;
    private Wire wire;
    private String project;

    @BeforeEach
    void open(ContractTarget opened) {
        target = opened;
        wire = target.wire(wireName);
        project = target.project();
    }

    @AfterEach
    void removeBranches() {
        remove(wire, target, target.prefix() + wireName + "-own");
    }

    @AfterAll
    static void removeAll(ContractTarget opened) {
        remove(opened.wire("http"), opened, opened.prefix());
    }

    /** Children before their parents. */
    private static void remove(Wire wire, ContractTarget target, String prefix) {
        for (boolean again = true; again; ) {
            again = false;
            for (JsonNode branch : wire.list(target.project(), "branches", false)) {
                String name = branch.path("name").asText();
                if (branch.path("branch_id").asText().startsWith(prefix)) {
                    wire.update(name, "spec.is_protected", "{\"spec\": {\"is_protected\": false}}");
                    again |= wire.delete(name, true).status() == 200;
                }
            }
        }
    }

    /** A branch with an expiry, for checks that leave it as it is. */
    private String anyBranch() {
        String id = target.prefix() + wireName + "-any";
        String name = project + "/branches/" + id;
        if (wire.get(name).status() != 200) {
            wire.create(project, "branches", id, AN_HOUR).ok();
        }
        return name;
    }

    private String id(String id) {
        return target.prefix() + wireName + "-own-" + id;
    }

    private String name(String id) {
        return project + "/branches/" + id(id);
    }

    private String branch(String id, String body) {
        wire.create(project, "branches", id(id), body).ok();
        return name(id);
    }

    private Reply createBranch(String id, String spec) {
        return wire.create(project, "branches", id(id), "{\"spec\": {" + spec + "}}");
    }

    private static List<String> names(List<JsonNode> all) {
        return all.stream().map(each -> each.path("name").asText()).toList();
    }

    @Test
    @Checks("project-verbs")
    void projectVerbs() {
        String id = "pj-" + wireName;
        wire.create("", "projects", id, "{\"spec\": {\"display_name\": \"First\"}}")
                .ok();
        assertThat(wire.get("projects/" + id).ok().text("/status/display_name")).isEqualTo("First");
        assertThat(names(wire.list("", "projects", false))).contains("projects/" + id);
        wire.update(
                        "projects/" + id,
                        "spec.display_name,spec.history_retention_duration",
                        "{\"spec\": {\"display_name\": \"Second\", \"history_retention_duration\": \"864000s\"}}")
                .ok();
        assertThat(wire.get("projects/" + id).ok().text("/status/display_name")).isEqualTo("Second");
        assertThat(wire.get("projects/" + id).text("/status/history_retention_duration"))
                .isEqualTo("864000s");
        wire.delete("projects/" + id, false).ok();
        wire.get("projects/" + id).refused(404, "NOT_FOUND", "project id not found");
        assertThat(names(wire.list("", "projects", true))).contains("projects/" + id);
        wire.undelete("projects/" + id).ok();
        wire.get("projects/" + id + "/branches/production").ok();
        wire.delete("projects/" + id, true).ok();
        assertThat(names(wire.list("", "projects", true))).doesNotContain("projects/" + id);
    }

    @Test
    @Checks("branch-verbs")
    void branchVerbs() {
        String branch = branch("verbs", AN_HOUR);
        wire.get(branch).ok();
        assertThat(names(wire.list(project, "branches", false))).contains(branch);
        Reply updated = wire.update(branch, "spec.expiration", NO_EXPIRY).ok();
        assertThat(updated.json().at("/status/expire_time").isMissingNode()).isTrue();
        wire.delete(branch, false).ok();
        wire.get(branch).refused(404, "NOT_FOUND", "branch id not found");
        wire.undelete(branch).ok();
        assertThat(wire.get(branch).ok().text("/status/current_state")).isEqualTo("READY");
    }

    @Test
    @Checks("endpoint-verbs")
    void endpointVerbs() {
        String branch = anyBranch();
        wire.create(branch, "endpoints", "reader", "{\"spec\": {\"endpoint_type\": \"ENDPOINT_TYPE_READ_ONLY\"}}")
                .ok();
        assertThat(wire.get(branch + "/endpoints/reader").ok().text("/status/endpoint_type"))
                .isEqualTo("ENDPOINT_TYPE_READ_ONLY");
        assertThat(names(wire.list(branch, "endpoints", false)))
                .containsExactlyInAnyOrder(branch + "/endpoints/primary", branch + "/endpoints/reader");
        wire.update(
                        branch + "/endpoints/reader",
                        "spec.autoscaling_limit_max_cu",
                        "{\"spec\": {\"autoscaling_limit_max_cu\": 4.0}}")
                .ok();
        assertThat(wire.get(branch + "/endpoints/reader")
                        .ok()
                        .json()
                        .at("/status/autoscaling_limit_max_cu")
                        .asDouble())
                .isEqualTo(4);
        wire.delete(branch + "/endpoints/reader", false).ok();
        wire.get(branch + "/endpoints/reader").refused(404, "NOT_FOUND", "endpoint id not found");
    }

    @Test
    @Checks("role-verbs")
    void roleVerbs() {
        String branch = anyBranch();
        String body = "{\"spec\": {\"postgres_role\": \"verbs@example.com\", \"identity_type\": \"USER\"}}";
        wire.create(branch, "roles", "verbs", body).ok();
        wire.create(branch, "roles", "heir", "{\"spec\": {}}").ok();
        Reply role = wire.get(branch + "/roles/verbs").ok();
        assertThat(role.text("/status/postgres_role")).isEqualTo("verbs@example.com");
        assertThat(role.text("/status/auth_method")).isEqualTo("LAKEBASE_OAUTH_V1");
        assertThat(names(wire.list(branch, "roles", false))).contains(branch + "/roles/verbs");
        wire.update(
                        branch + "/roles/verbs",
                        "spec.attributes.createdb",
                        "{\"spec\": {\"attributes\": {\"createdb\": true}}}")
                .ok();
        assertThat(wire.get(branch + "/roles/verbs")
                        .json()
                        .at("/status/attributes/createdb")
                        .booleanValue())
                .isTrue();
        wire.create(branch, "databases", "owned", "{\"spec\": {\"role\": \"" + branch + "/roles/verbs\"}}")
                .ok();
        assertThat(wire.delete(branch + "/roles/verbs", false).status())
                .as("it owns a database")
                .isNotEqualTo(200);
        wire.deleteRole(branch + "/roles/verbs", branch + "/roles/heir").ok();
        wire.get(branch + "/roles/verbs").refused(404, "NOT_FOUND", "role id not found");
        assertThat(wire.get(branch + "/databases/owned").text("/status/role")).isEqualTo(branch + "/roles/heir");
    }

    @Test
    @Checks("database-verbs")
    void databaseVerbs() {
        String branch = anyBranch();
        wire.create(branch, "roles", "owner", "{\"spec\": {}}").ok();
        String spec = "{\"spec\": {\"role\": \"" + branch + "/roles/owner\"}}";
        wire.create(branch, "databases", "ledger", "{\"spec\": {}}")
                .refused(400, "INVALID_PARAMETER_VALUE", "Field 'database.spec.role' is required");
        wire.create(branch, "databases", "ledger", spec).ok();
        assertThat(wire.get(branch + "/databases/ledger").ok().text("/status/role"))
                .isEqualTo(branch + "/roles/owner");
        assertThat(names(wire.list(branch, "databases", false)))
                .contains(branch + "/databases/ledger", branch + "/databases/databricks-postgres");
        wire.update(
                        branch + "/databases/ledger",
                        "spec.postgres_database",
                        "{\"spec\": {\"postgres_database\": \"renamed\"}}")
                .ok();
        assertThat(wire.get(branch + "/databases/ledger").text("/status/postgres_database"))
                .isEqualTo("renamed");
        wire.delete(branch + "/databases/ledger", false).ok();
        wire.get(branch + "/databases/ledger").refused(404, "NOT_FOUND", "database id not found");
    }

    @Test
    @Checks("catalog-verbs")
    void catalogVerbs() {
        String id = "lake_" + wireName;
        String body =
                "{\"spec\": {\"branch\": \"%s/branches/production\", \"postgres_database\": \"databricks_postgres\"}}"
                        .formatted(project);
        wire.create("", "catalogs", id, body).ok();
        assertThat(wire.get("catalogs/" + id).ok().text("/status/project")).isEqualTo(project);
        wire.delete("catalogs/" + id, false).ok();
        wire.get("catalogs/" + id).refused(404, "NOT_FOUND", "catalog id not found");
    }

    private Reply createTable(String id) {
        return wire.create("", "synced_tables", id, """
                {"spec": {"source_table_full_name": "%s", "branch": "%s/branches/production",
                 "postgres_database": "databricks_postgres", "primary_key_columns": ["id"],
                 "scheduling_policy": "SNAPSHOT", "create_database_objects_if_missing": true}}""".formatted(ContractTarget.SOURCE, project));
    }

    @Test
    @Checks("synced-table-verbs")
    void syncedTableVerbs() {
        String id = "lake.contract_" + wireName + ".items";
        assertThat(createTable(id).ok().text("/status/detailed_state")).isEqualTo("SYNCED_TABLE_PROVISIONING");
        eventually(
                Duration.ofSeconds(30),
                () -> assertThat(wire.get("synced_tables/" + id).ok().text("/status/detailed_state"))
                        .isEqualTo("SYNCED_TABLE_ONLINE_NO_PENDING_UPDATE"));
        wire.delete("synced_tables/" + id, false).ok();
        wire.get("synced_tables/" + id).refused(404, "NOT_FOUND", "synced table id not found");
    }

    @Test
    @Checks("credential")
    void credentialIsSynchronous() {
        Reply credential =
                wire.credential("{\"endpoint\": \"" + defaultEndpoint() + "\"}").ok();
        assertThat(credential.text("/token")).matches("eyJ[^.]+\\.[^.]+\\.[^.]+");
        assertThat(Instant.parse(credential.text("/expire_time"))).isAfter(Instant.now());
    }

    private String defaultBranch() {
        return wire.get(project).ok().text("/status/default_branch");
    }

    private String defaultEndpoint() {
        return wire.list(defaultBranch(), "endpoints", false).stream()
                .filter(endpoint ->
                        endpoint.at("/status/endpoint_type").asText().equals("ENDPOINT_TYPE_READ_WRITE"))
                .findFirst()
                .orElseThrow()
                .path("name")
                .asText();
    }

    @Test
    @Checks("pages")
    void pagesNameEverythingOnce() {
        String branch = anyBranch();
        for (int i = 0; i < 5; i++) {
            wire.create(branch, "roles", "page-" + i, "{\"spec\": {}}").ok();
        }
        List<String> names = names(wire.list(branch, "roles", false));
        assertThat(names).doesNotHaveDuplicates();
        for (int i = 0; i < 5; i++) {
            assertThat(names).contains(branch + "/roles/page-" + i);
        }
    }

    @Test
    @Checks("show-deleted")
    void deletedIsShownOnRequest() {
        String branch = branch("hidden", AN_HOUR);
        wire.delete(branch, false).ok();
        assertThat(names(wire.list(project, "branches", false))).doesNotContain(branch);
        JsonNode shown = wire.list(project, "branches", true).stream()
                .filter(each -> each.path("name").asText().equals(branch))
                .findFirst()
                .orElseThrow();
        assertThat(shown.at("/status/current_state").asText()).isEqualTo("DELETED");
        assertThat(Instant.parse(shown.at("/status/purge_time").asText()))
                .isAfter(Instant.parse(shown.at("/status/delete_time").asText()));
        wire.delete(branch, true).ok();
    }

    @Test
    @Checks("branch-shape")
    void branchShape() {
        Reply branch = wire.get(anyBranch()).ok();
        assertThat(branch.text("/name")).isEqualTo(anyBranch());
        assertThat(branch.text("/branch_id")).isEqualTo(target.prefix() + wireName + "-any");
        assertThat(branch.text("/parent")).isEqualTo(project);
        assertThat(branch.text("/uid")).startsWith("br-");
        assertThat(Instant.parse(branch.text("/create_time")))
                .isBeforeOrEqualTo(Instant.parse(branch.text("/update_time")));
        assertThat(branch.text("/status/current_state")).isEqualTo("READY");
        assertThat(branch.json().at("/status/default").booleanValue()).isFalse();
        assertThat(branch.json().at("/status/is_protected").booleanValue()).isFalse();
        assertThat(Instant.parse(branch.text("/status/expire_time"))).isAfter(Instant.now());
        assertThat(branch.text("/status/state_change_time")).isNotEmpty();
        assertThat(branch.text("/status/source_branch_lsn")).matches("[0-9A-F]+/[0-9A-F]+");
        assertThat(branch.text("/status/source_branch_time")).isNotEmpty();
        assertThat(branch.json().at("/status/logical_size_bytes").asLong()).isPositive();
    }

    @Test
    @Checks("endpoint-shape")
    void endpointShape() {
        Reply endpoint = wire.get(defaultEndpoint()).ok();
        assertThat(endpoint.text("/uid")).startsWith("ep-");
        assertThat(endpoint.text("/name")).endsWith("/endpoints/" + endpoint.text("/endpoint_id"));
        assertThat(endpoint.text("/status/current_state")).isIn("ACTIVE", "IDLE");
        assertThat(endpoint.text("/status/endpoint_type")).isEqualTo("ENDPOINT_TYPE_READ_WRITE");
        assertThat(endpoint.text("/status/hosts/host")).isNotEmpty();
        assertThat(endpoint.json().at("/status/autoscaling_limit_min_cu").asDouble())
                .isPositive();
        assertThat(endpoint.json().at("/status/autoscaling_limit_max_cu").asDouble())
                .isPositive();
        assertThat(endpoint.text("/status/suspend_timeout_duration")).matches("\\d+s");
        assertThat(endpoint.json().at("/status/disabled").isBoolean()).isTrue();
        assertThat(endpoint.json().at("/status/group/min").asInt()).isEqualTo(1);
    }

    @Test
    @Checks("lineage")
    void lineageIsInTheStatus() {
        String parent = branch("parent", NO_EXPIRY);
        String child = branch("child", "{\"spec\": {\"source_branch\": \"" + parent + "\", \"ttl\": \"3600s\"}}");
        assertThat(wire.get(child).ok().text("/status/source_branch")).isEqualTo(parent);
        assertThat(wire.get(parent).ok().text("/status/source_branch")).isEqualTo(defaultBranch());
    }

    @Test
    @Checks("mask-expiration")
    void maskOfTheExpiry() {
        String branch = branch("expiry", AN_HOUR);
        wire.update(branch, "spec.expiration", "{\"spec\": {\"ttl\": \"7200s\"}}")
                .ok();
        Instant expires = Instant.parse(wire.get(branch).text("/status/expire_time"));
        assertThat(expires)
                .isBetween(Instant.now().plusSeconds(3700), Instant.now().plusSeconds(7300));
        wire.update(branch, "spec.ttl", AN_HOUR)
                .refused(400, "INVALID_PARAMETER_VALUE", "Unknown field path in update_mask: 'spec.ttl'");
    }

    @Test
    @Checks("mask-suspension")
    void maskOfTheSuspension() {
        String endpoint = anyBranch() + "/endpoints/primary";
        wire.update(endpoint, "spec.suspension", "{\"spec\": {\"suspend_timeout_duration\": \"120s\"}}")
                .ok();
        assertThat(wire.get(endpoint).text("/status/suspend_timeout_duration")).isEqualTo("120s");
        wire.update(endpoint, "spec.suspend_timeout_duration", "{\"spec\": {\"suspend_timeout_duration\": \"120s\"}}")
                .refused(400, "INVALID_PARAMETER_VALUE", "Unknown field path in update_mask");
    }

    @Test
    @Checks("mask-ignores")
    void outsideTheMaskIsIgnored() {
        String branch = branch("ignores", NO_EXPIRY);
        wire.update(branch, "spec.is_protected", "{\"spec\": {\"is_protected\": true, \"ttl\": \"60s\"}}")
                .ok();
        Reply after = wire.get(branch).ok();
        assertThat(after.json().at("/status/is_protected").booleanValue()).isTrue();
        assertThat(after.json().at("/status/expire_time").isMissingNode()).isTrue();
    }

    @Test
    @Checks("mask-missing")
    void maskNamesWhatTheBodyCarries() {
        String branch = anyBranch();
        wire.update(branch, "spec.is_protected", AN_HOUR)
                .refused(
                        400,
                        "INVALID_PARAMETER_VALUE",
                        "Field 'spec.is_protected' is in update_mask but not provided in request");
    }

    @Test
    @Checks("pg-version")
    void versionsOfThePlatform() {
        for (int version : new int[] {16, 17, 18}) {
            String id = "pg" + version + "-" + wireName;
            wire.create("", "projects", id, "{\"spec\": {\"pg_version\": " + version + "}}")
                    .ok();
            assertThat(wire.get("projects/" + id)
                            .json()
                            .at("/status/pg_version")
                            .asInt())
                    .as("what runs")
                    .isEqualTo(17);
            wire.delete("projects/" + id, true).ok();
        }
        for (int version : new int[] {15, 19}) {
            wire.create("", "projects", "pgbad", "{\"spec\": {\"pg_version\": " + version + "}}")
                    .refused(400, "INVALID_PARAMETER_VALUE", "16, 17 or 18");
        }
    }

    @Test
    @Checks("project-creates")
    void projectComesWithABranch() {
        String id = "with-" + wireName;
        wire.create("", "projects", id, "{\"initial_endpoint_spec\": {\"suspend_timeout_duration\": \"600s\"}}")
                .ok();
        List<JsonNode> branches = wire.list("projects/" + id, "branches", false);
        assertThat(names(branches)).containsExactly("projects/" + id + "/branches/production");
        assertThat(branches.get(0).at("/status/default").booleanValue()).isTrue();
        assertThat(branches.get(0).at("/status/source_branch").isMissingNode()).isTrue();
        assertThat(wire.get("projects/" + id + "/branches/production/endpoints/primary")
                        .ok()
                        .text("/status/suspend_timeout_duration"))
                .isEqualTo("600s");
        wire.delete("projects/" + id, true).ok();
    }

    @Test
    @Checks("roots")
    void rootsAreFew() {
        String branch = branch("noroot", AN_HOUR);
        List<JsonNode> roots = wire.list(project, "branches", false).stream()
                .filter(each -> each.at("/status/source_branch").isMissingNode())
                .toList();
        assertThat(roots).hasSizeBetween(1, 3);
        assertThat(names(roots)).doesNotContain(branch);
        assertThat(wire.get(branch).text("/status/source_branch")).isEqualTo(defaultBranch());
    }

    @Test
    @Checks("branch-creates")
    void branchComesWithAnEndpoint() {
        String branch = branch("creates", AN_HOUR);
        Reply settings = wire.get(project).ok();
        List<JsonNode> endpoints = wire.list(branch, "endpoints", false);
        assertThat(names(endpoints)).containsExactly(branch + "/endpoints/primary");
        JsonNode status = endpoints.get(0).path("status");
        assertThat(status.path("endpoint_type").asText()).isEqualTo("ENDPOINT_TYPE_READ_WRITE");
        assertThat(status.path("suspend_timeout_duration").asText())
                .isEqualTo(settings.text("/status/default_endpoint_settings/suspend_timeout_duration"));
        assertThat(status.path("autoscaling_limit_max_cu").asDouble())
                .isEqualTo(settings.json()
                        .at("/status/default_endpoint_settings/autoscaling_limit_max_cu")
                        .asDouble());
    }

    @Test
    @Checks("replace-existing")
    void replacingChangesInPlace() {
        String branch = branch("replaced", AN_HOUR);
        String uid = wire.get(branch).text("/uid");
        wire.create(project, "branches", id("replaced"), NO_EXPIRY, true).ok();
        Reply after = wire.get(branch).ok();
        assertThat(after.text("/uid")).isEqualTo(uid);
        assertThat(after.json().at("/status/expire_time").isMissingNode()).isTrue();
        String endpoint = branch + "/endpoints/primary";
        wire.create(branch, "endpoints", "primary", """
                {"spec": {"endpoint_type": "ENDPOINT_TYPE_READ_WRITE", "suspend_timeout_duration": "90s"}}""", true).ok();
        assertThat(wire.get(endpoint).text("/status/suspend_timeout_duration")).isEqualTo("90s");
    }

    @Test
    @Checks("id-required")
    void missingIdIsNamed() {
        wire.create(project, "branches", "", AN_HOUR)
                .refused(
                        400,
                        "INVALID_PARAMETER_VALUE",
                        "Field 'branch_id' is required, expected non-default value (not \"\")!");
    }

    @Test
    @Checks("delete-protected")
    void protectedBranchStays() {
        String branch = branch("safe", "{\"spec\": {\"no_expiry\": true, \"is_protected\": true}}");
        wire.delete(branch, false).refused(400, "BAD_REQUEST", "protected branch");
        wire.get(branch).ok();
    }

    @Test
    @Checks("duplicate-role")
    void duplicateRoleAndDatabaseAreBadRequests() {
        String branch = anyBranch();
        wire.create(branch, "roles", "twice", "{\"spec\": {}}").ok();
        wire.create(branch, "roles", "twice", "{\"spec\": {}}")
                .refused(400, "BAD_REQUEST", "role with that name already exists");
        String spec = "{\"spec\": {\"role\": \"" + branch + "/roles/twice\"}}";
        wire.create(branch, "databases", "twice", spec).ok();
        wire.create(branch, "databases", "twice", spec)
                .refused(400, "BAD_REQUEST", "database with that name already exists");
    }

    @Test
    @Checks("duplicate")
    void duplicateBranchAndEndpointAreConflicts() {
        String branch = anyBranch();
        wire.create(project, "branches", target.prefix() + wireName + "-any", AN_HOUR)
                .refused(409, "ALREADY_EXISTS", "branch with such id already exists");
        wire.create(branch, "endpoints", "primary", "{\"spec\": {\"endpoint_type\": \"ENDPOINT_TYPE_READ_WRITE\"}}")
                .refused(409, "ALREADY_EXISTS", "endpoint with such id already exists");
    }

    @Test
    @Checks("duplicate-elsewhere")
    void duplicateProjectCatalogAndTableAreConflicts() {
        wire.create("", "projects", target.local().project(), "{\"spec\": {}}")
                .refused(409, "ALREADY_EXISTS", "project with such id already exists");
        String id = "twice_" + wireName;
        String body =
                "{\"spec\": {\"branch\": \"%s/branches/production\", \"postgres_database\": \"databricks_postgres\"}}"
                        .formatted(project);
        wire.create("", "catalogs", id, body).ok();
        wire.create("", "catalogs", id, body).refused(409, "ALREADY_EXISTS", "catalog with such id already exists");
        wire.delete("catalogs/" + id, false).ok();
        String table = "lake.twice_" + wireName + ".items";
        createTable(table).ok();
        createTable(table).refused(409, "ALREADY_EXISTS", "synced table with such id already exists");
        wire.delete("synced_tables/" + table, false).ok();
    }

    @Test
    @Checks("expiry-maximum")
    void thirtyDaysAreTheMost() {
        createBranch("far", "\"ttl\": \"2592001s\"")
                .refused(400, "INVALID_PARAMETER_VALUE", "expiration time exceeds the maximum expiration time");
    }

    @Test
    @Checks("expiry-children")
    void expiringBranchHasNoChildren() {
        String parent = anyBranch();
        createBranch("orphan", "\"source_branch\": \"" + parent + "\", \"ttl\": \"3600s\"")
                .refused(400, "BAD_REQUEST", "Branches with an expiration date cannot have child branches");
    }

    @Test
    @Checks("forbidden")
    void managingTakesAPermission() {
        URI host = target.local().host();
        Wire reader = ContractTarget.wire(
                wireName, host, target.local().identity(ContractTarget.READER).token());
        String branch = anyBranch();
        reader.get(branch).ok();
        reader.create(project, "branches", id("no"), AN_HOUR).refused(403, "PERMISSION_DENIED", "CAN MANAGE");
        reader.update(branch, "spec.expiration", NO_EXPIRY).refused(403, "PERMISSION_DENIED", "CAN MANAGE");
        reader.delete(branch, false).refused(403, "PERMISSION_DENIED", "CAN MANAGE");
    }

    @Test
    @Checks("not-found")
    void missingBranchIsNotFound() {
        wire.get(name("nowhere")).refused(404, "NOT_FOUND", "branch id not found");
        wire.delete(name("nowhere"), false).refused(404, "NOT_FOUND", "branch id not found");
        createBranch("lost", "\"source_branch\": \"" + name("nowhere") + "\", \"ttl\": \"60s\"")
                .refused(404, "NOT_FOUND", "branch id not found");
    }

    @Test
    @Checks("uid-is-no-id")
    void uidIsNoId() {
        String uid = wire.get(anyBranch()).text("/uid");
        wire.get(project + "/branches/" + uid).refused(404, "NOT_FOUND", "branch id not found");
    }

    @Test
    @Checks("quota")
    void tooManyIsAQuotaError() {
        List<String> codes = List.of("QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED", "RESOURCE_LIMIT_EXCEEDED");
        try (var small = LakebaseLocal.builder()
                .limits(limits -> limits.withBranches(2).withActiveComputes(2))
                .start()) {
            Wire narrow = ContractTarget.wire(wireName, small.host(), small.token());
            String branch = "projects/local/branches/second";
            narrow.create("projects/local", "branches", "second", AN_HOUR).ok();
            Reply third = narrow.create("projects/local", "branches", "third", AN_HOUR);
            assertThat(third.text("/error_code")).isIn(codes);
            assertThat(third.text("/message")).contains("2 unarchived branches");
            Reply endpoint = narrow.create(
                    branch, "endpoints", "reader", "{\"spec\": {\"endpoint_type\": \"ENDPOINT_TYPE_READ_ONLY\"}}");
            assertThat(endpoint.text("/error_code")).isIn(codes);
            assertThat(endpoint.text("/message")).contains("2 concurrently active computes");
            narrow.delete(branch, true).ok();
            narrow.create("projects/local", "branches", "third", AN_HOUR).ok();
        }
    }

    @Test
    @Checks("one-expiry")
    void exactlyOneExpiry() {
        createBranch("none", "\"is_protected\": false").refused(400, "INVALID_PARAMETER_VALUE", "Exactly one of");
        createBranch("two", "\"ttl\": \"60s\", \"no_expiry\": true")
                .refused(400, "INVALID_PARAMETER_VALUE", "Exactly one of");
        createBranch("past", "\"expire_time\": \"2001-01-01T00:00:00Z\"")
                .refused(400, "INVALID_PARAMETER_VALUE", "in the future");
    }

    @Test
    @Checks("cap")
    void capMayBeLower() {
        try (var small = LakebaseLocal.builder()
                .limits(limits -> limits.withBranchLifetime(Duration.ofDays(1)))
                .start()) {
            Wire narrow = ContractTarget.wire(wireName, small.host(), small.token());
            narrow.create("projects/local", "branches", "long", "{\"spec\": {\"ttl\": \"86401s\"}}")
                    .refused(400, "INVALID_PARAMETER_VALUE", "expiration time exceeds the maximum expiration time");
        }
    }

    @Test
    @Checks("who-expires")
    void someBranchesCanNotExpire() {
        String message = "cannot have an expiration date";
        createBranch("stays", "\"is_protected\": true, \"ttl\": \"60s\"").refused(400, "BAD_REQUEST", message);
        String parent = branch("stem", NO_EXPIRY);
        branch("leaf", "{\"spec\": {\"source_branch\": \"" + parent + "\", \"ttl\": \"3600s\"}}");
        wire.update(parent, "spec.expiration", AN_HOUR).refused(400, "BAD_REQUEST", message);
    }

    @Test
    @Checks("one-protected")
    void oneProtectedBranch() {
        branch("chosen", "{\"spec\": {\"no_expiry\": true, \"is_protected\": true}}");
        createBranch("other", "\"no_expiry\": true, \"is_protected\": true")
                .refused(400, "BAD_REQUEST", "protected branch");
    }

    @Test
    @Checks("point-in-time")
    void pointInTime() {
        String parent = branch("past", NO_EXPIRY);
        String ready = wire.get(parent).text("/status/state_change_time");
        String source = "\"source_branch\": \"" + parent + "\", \"ttl\": \"3600s\", ";
        createBranch("then", source + "\"source_branch_time\": \"" + ready + "\"")
                .ok();
        Reply future = createBranch(
                "future", source + "\"source_branch_time\": \"" + Instant.now().plusSeconds(600) + "\"");
        assertThat(future.status()).isNotEqualTo(200);
        Reply ancient = createBranch("ancient", source + "\"source_branch_time\": \"2020-01-01T00:00:00Z\"");
        assertThat(ancient.status()).isNotEqualTo(200);
    }

    @Test
    @Checks("history-window")
    void historyWindowHasLimits() {
        String mask = "spec.history_retention_duration";
        String before = wire.get(project).text("/status/history_retention_duration");
        for (int seconds : new int[] {172_800, 3_024_000}) {
            wire.update(project, mask, "{\"spec\": {\"history_retention_duration\": \"" + seconds + "s\"}}")
                    .ok();
            assertThat(wire.get(project).text("/status/history_retention_duration"))
                    .isEqualTo(seconds + "s");
        }
        for (int seconds : new int[] {172_799, 3_024_001}) {
            wire.update(project, mask, "{\"spec\": {\"history_retention_duration\": \"" + seconds + "s\"}}")
                    .refused(400, "INVALID_PARAMETER_VALUE", "between 2 and 35 days");
        }
        wire.update(project, mask, "{\"spec\": {\"history_retention_duration\": \"" + before + "\"}}")
                .ok();
    }

    @Test
    @Checks("soft-delete")
    void softDeleteAndPurge() {
        String branch = branch("soft", AN_HOUR);
        String uid = wire.get(branch).text("/uid");
        wire.delete(branch, false).ok();
        wire.undelete(branch).ok();
        assertThat(wire.get(branch).ok().text("/uid")).isEqualTo(uid);
        wire.delete(branch, true).ok();
        wire.undelete(branch).refused(404, "NOT_FOUND", "branch id not found");
    }

    @Test
    @Checks("tombstone-name")
    void tombstoneMayKeepItsName() {
        try (var keeping = LakebaseLocal.builder()
                .limits(limits -> limits.withDeletedKeepNames(true))
                .start()) {
            Wire other = ContractTarget.wire(wireName, keeping.host(), keeping.token());
            other.create("projects/local", "branches", "taken", AN_HOUR).ok();
            other.delete("projects/local/branches/taken", false).ok();
            other.create("projects/local", "branches", "taken", AN_HOUR)
                    .refused(409, "ALREADY_EXISTS", "already exists");
            other.delete("projects/local/branches/taken", true).ok();
            other.create("projects/local", "branches", "taken", AN_HOUR).ok();
        }
    }

    @Test
    @Checks("delete-parent")
    void parentStays() {
        String parent = branch("mother", NO_EXPIRY);
        branch("daughter", "{\"spec\": {\"source_branch\": \"" + parent + "\", \"ttl\": \"3600s\"}}");
        assertThat(wire.delete(parent, false).status()).isEqualTo(400);
        wire.get(parent).ok();
    }

    @Test
    @Checks("ids")
    void idsHaveAForm() {
        for (String id : new String[] {"1a", "A", "a-", "a_b", "a.b", "a".repeat(64)}) {
            wire.create(project, "branches", id, AN_HOUR).refused(400, "INVALID_PARAMETER_VALUE", "branch_id");
        }
    }

    @Test
    @Checks("long-ids")
    void idsOfRolesAndDatabasesAreLonger() {
        String branch = anyBranch();
        wire.create(branch, "roles", "abc", "{\"spec\": {}}").refused(400, "INVALID_PARAMETER_VALUE", "role_id");
        wire.create(branch, "roles", "1abc", "{\"spec\": {}}").refused(400, "INVALID_PARAMETER_VALUE", "role_id");
        wire.create(branch, "databases", "abc", "{\"spec\": {\"role\": \"x\"}}")
                .refused(400, "INVALID_PARAMETER_VALUE", "database_id");
    }

    @Test
    @Checks("uuid-role")
    void uuidGoesToThePostgresRole() {
        String branch = anyBranch();
        String uuid = "1" + UUID.randomUUID().toString().substring(1);
        wire.create(branch, "roles", uuid, "{\"spec\": {}}").refused(400, "INVALID_PARAMETER_VALUE", "role_id");
        wire.create(
                        branch,
                        "roles",
                        "sp-" + uuid,
                        "{\"spec\": {\"postgres_role\": \"" + uuid + "\", \"identity_type\": \"SERVICE_PRINCIPAL\"}}")
                .ok();
        assertThat(wire.get(branch + "/roles/sp-" + uuid).ok().text("/status/postgres_role"))
                .isEqualTo(uuid);
    }

    @Test
    @Checks("database-name")
    void databaseHasAnIdAndAName() {
        assertThat(wire.get(defaultBranch() + "/databases/databricks-postgres")
                        .ok()
                        .text("/status/postgres_database"))
                .isEqualTo("databricks_postgres");
    }

    @Test
    @Checks("expires")
    void dueBranchGoes() {
        String branch = branch("due", AN_HOUR);
        wire.update(branch, "spec.expiration", "{\"spec\": {\"ttl\": \"1s\"}}").ok();
        eventually(Duration.ofSeconds(30), () -> wire.get(branch).refused(404, "NOT_FOUND", "branch id not found"));
    }

    @Test
    @Checks("token-lifetime")
    void credentialLivesAsLongAsAskedFor() {
        String endpoint = "\"endpoint\": \"" + defaultEndpoint() + "\"";
        Instant before = Instant.now();
        assertThat(Instant.parse(wire.credential("{" + endpoint + "}").ok().text("/expire_time")))
                .isBetween(before.plusSeconds(3500), Instant.now().plusSeconds(3700));
        before = Instant.now();
        assertThat(Instant.parse(wire.credential("{" + endpoint + ", \"ttl\": \"300s\"}")
                        .ok()
                        .text("/expire_time")))
                .isBetween(before.plusSeconds(290), Instant.now().plusSeconds(310));
        for (String ttl : new String[] {"299s", "3601s"}) {
            assertThat(wire.credential("{" + endpoint + ", \"ttl\": \"" + ttl + "\"}")
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    @Checks("claims")
    void claimsNarrowACredential() {
        String endpoint = "\"endpoint\": \"" + defaultEndpoint() + "\"";
        wire.credential("{" + endpoint + ", \"claims\": [{\"permission_set\": \"READ_ONLY\", \"resources\":"
                        + " [{\"table_name\": \"main.public.orders\"}]}]}")
                .ok();
    }

    @Test
    @Checks("suspend-timeout")
    void suspendTimeoutHasLimits() {
        String endpoint = anyBranch() + "/endpoints/primary";
        for (int seconds : new int[] {60, 604_800}) {
            wire.update(endpoint, "spec.suspension", "{\"spec\": {\"suspend_timeout_duration\": \"" + seconds + "s\"}}")
                    .ok();
        }
        for (int seconds : new int[] {59, 604_801}) {
            wire.update(endpoint, "spec.suspension", "{\"spec\": {\"suspend_timeout_duration\": \"" + seconds + "s\"}}")
                    .refused(400, "INVALID_PARAMETER_VALUE", "60s");
        }
    }
}
