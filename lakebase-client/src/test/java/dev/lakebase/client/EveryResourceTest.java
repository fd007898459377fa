package dev.lakebase.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.credential.DatabaseCredential;
import dev.lakebase.local.LakebaseLocal;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Every verb of every resource, one after the other, against a platform that has them for real. */
@Timeout(180)
class EveryResourceTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String OTHER = "other-project";

    private static LakebaseLocal platform;
    private static LakebaseClient client;
    private static BranchName production;
    private static final List<AuditEvent> audit = new CopyOnWriteArrayList<>();

    private record Row(Class<?> resource, String verb, Executable check) {}

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        Path orders = Files.writeString(folder.resolve("orders.csv"), "id,item\n1,tea\n2,rice\n");
        platform =
                LakebaseLocal.builder().sourceTable("main.sales.orders", orders).start();
        client = LakebaseClient.builder()
                .environment(platform.environment())
                .requestTimeout(Duration.ofSeconds(30))
                .auditListener(audit::add)
                .build();
        production = new BranchName(platform.project(), "production");
    }

    @AfterAll
    static void stop() {
        if (client != null) {
            client.close();
        }
        if (platform != null) {
            platform.close();
        }
    }

    private static List<Row> rows() {
        return Stream.of(projects(), endpoints(), roles(), databases(), catalogs(), syncedTables(), instances())
                .flatMap(List::stream)
                .toList();
    }

    @TestFactory
    Stream<DynamicTest> everyVerbOfEveryResource() {
        return rows().stream()
                .map(row -> DynamicTest.dynamicTest(row.resource().getSimpleName() + "." + row.verb(), row.check()));
    }

    private static Row row(Class<?> resource, String verb, Executable check) {
        return new Row(resource, verb, check);
    }

    private static List<Row> projects() {
        Class<?> of = Projects.class;
        return List.of(
                row(of, "create", () -> {
                    Project created = client.projects()
                            .create(
                                    OTHER,
                                    p -> p.displayName("Another one")
                                            .pgVersion(17)
                                            .historyRetention(Duration.ofDays(3))
                                            .defaultSuspendAfter(Duration.ofMinutes(10))
                                            .defaultAutoscaling(0.5, 2))
                            .await(PATIENCE);
                    assertThat(created.name()).isEqualTo(new ProjectName(OTHER));
                    assertThat(created.displayName()).isEqualTo("Another one");
                    assertThat(created.pgVersion()).isEqualTo(17);
                    assertThat(created.uid()).isNotEmpty();
                    assertThat(created.defaultBranch()).isEqualTo(new BranchName(OTHER, "production"));
                    Endpoint endpoint = client.endpoints().readWrite(created.defaultBranch());
                    assertThat(endpoint.isConnectable()).isTrue();
                    assertThat(endpoint.suspendTimeout()).isEqualTo(Duration.ofMinutes(10));
                    assertThat(endpoint.maxCu()).isEqualTo(2);
                    assertThatThrownBy(() -> client.projects().create(OTHER))
                            .isInstanceOf(AlreadyExistsException.class);
                }),
                row(of, "get", () -> {
                    Project found = client.projects().get(OTHER);
                    assertThat(found.isDeleted()).isFalse();
                    assertThat(found.owner()).isEqualTo(platform.user());
                    assertThat(found.json()).contains("\"default_endpoint_settings\"");
                    assertThatThrownBy(() -> client.projects().get("nowhere")).isInstanceOf(NotFoundException.class);
                }),
                row(
                        of,
                        "list",
                        () -> assertThat(client.projects().list())
                                .extracting(project -> project.name().project())
                                .contains(OTHER, platform.project())),
                row(of, "update", () -> {
                    Project changed = client.projects()
                            .update(OTHER, p -> p.historyRetention(Duration.ofDays(5)))
                            .await(PATIENCE);
                    assertThat(changed.historyRetention()).isEqualTo(Duration.ofDays(5));
                    assertThat(changed.displayName())
                            .as("what the mask does not name")
                            .isEqualTo("Another one");
                    assertThatThrownBy(() -> client.projects().update(OTHER, p -> p.pgVersion(17)))
                            .isInstanceOf(InvalidArgumentException.class)
                            .hasMessageContaining("pgVersion(…)");
                }),
                row(of, "delete", () -> {
                    assertThatThrownBy(() -> client.projects().delete(OTHER, platform.project()))
                            .isInstanceOf(InvalidArgumentException.class)
                            .hasMessageContaining("Nothing was deleted");
                    assertThat(client.projects().get(OTHER)).isNotNull();
                    assertThat(client.projects().delete(OTHER, OTHER).await(PATIENCE))
                            .isEqualTo(DeleteOutcome.DELETED);
                    assertThat(client.projects().delete(OTHER, OTHER).await(PATIENCE))
                            .isEqualTo(DeleteOutcome.ALREADY_GONE);
                }),
                row(of, "listWithDeleted", () -> {
                    assertThat(client.projects().list())
                            .extracting(project -> project.name().project())
                            .doesNotContain(OTHER);
                    assertThat(client.projects().listWithDeleted())
                            .filteredOn(project -> project.name().project().equals(OTHER))
                            .singleElement()
                            .satisfies(project -> {
                                assertThat(project.isDeleted()).isTrue();
                                assertThat(project.purgedAt()).isAfter(project.deletedAt());
                            });
                }),
                row(of, "undelete", () -> {
                    Project back = client.projects().undelete(OTHER).await(PATIENCE);
                    assertThat(back.isDeleted()).isFalse();
                    assertThat(client.endpoints()
                                    .readWrite(new BranchName(OTHER, "production"))
                                    .isConnectable())
                            .isTrue();
                }),
                row(of, "purge", () -> {
                    String uid = client.projects().get(OTHER).uid();
                    client.projects().delete(OTHER, OTHER).await(PATIENCE);
                    assertThatThrownBy(() -> client.projects().purge(OTHER, platform.project(), uid))
                            .isInstanceOf(InvalidArgumentException.class);
                    assertThat(client.projects()
                                    .because("end of test")
                                    .purge(OTHER, OTHER, uid)
                                    .await(PATIENCE))
                            .as("of what was deleted before")
                            .isEqualTo(DeleteOutcome.DELETED);
                    assertThat(client.projects().listWithDeleted())
                            .extracting(Project::uid)
                            .doesNotContain(uid);
                    assertThat(client.projects().purge(OTHER, OTHER, uid).await(PATIENCE))
                            .isEqualTo(DeleteOutcome.ALREADY_GONE);
                    assertThat(audit).last().satisfies(event -> {
                        assertThat(event.action()).isEqualTo(AuditEvent.Action.PURGE);
                        assertThat(event.caller()).isEqualTo(platform.user());
                        assertThat(event.uid()).isEqualTo(uid);
                        assertThat(event.reason()).isEqualTo("end of test");
                    });
                }));
    }

    private static List<Row> endpoints() {
        Class<?> of = Endpoints.class;
        Endpoints endpoints = client.endpoints();
        EndpointName replica = production.endpoint("replica");
        EndpointName primary = EndpointName.parse(platform.endpoint());
        return List.of(
                row(of, "create", () -> {
                    assertThatThrownBy(() -> endpoints.create(replica, e -> e.autoscaling(1, 2)))
                            .isInstanceOf(InvalidArgumentException.class)
                            .hasMessageContaining("readOnly()");
                    Endpoint created = endpoints
                            .create(replica, e -> e.readOnly().suspendAfter(Duration.ofMinutes(2)))
                            .await(PATIENCE);
                    assertThat(created.type()).isEqualTo(EndpointType.READ_ONLY);
                    assertThat(created.suspendTimeout()).isEqualTo(Duration.ofMinutes(2));
                    assertThat(created.isConnectable()).isTrue();
                    assertThatThrownBy(() -> endpoints.create(replica, EndpointSpec::readOnly))
                            .isInstanceOf(AlreadyExistsException.class);
                }),
                row(of, "get", () -> {
                    assertThat(endpoints.get(replica).name()).isEqualTo(replica);
                    assertThatThrownBy(() -> endpoints.get(production.endpoint("nowhere")))
                            .isInstanceOf(NotFoundException.class);
                }),
                row(
                        of,
                        "list",
                        () -> assertThat(endpoints.list(production))
                                .extracting(Endpoint::name)
                                .containsExactlyInAnyOrder(primary, replica)),
                row(
                        of,
                        "readWrite",
                        () -> assertThat(endpoints.readWrite(production).name()).isEqualTo(primary)),
                row(of, "update", () -> {
                    Endpoint changed =
                            endpoints.update(replica, e -> e.autoscaling(1, 4)).await(PATIENCE);
                    assertThat(changed.minCu()).isEqualTo(1);
                    assertThat(changed.maxCu()).isEqualTo(4);
                    assertThat(changed.suspendTimeout())
                            .as("what the mask does not name")
                            .isEqualTo(Duration.ofMinutes(2));
                }),
                row(
                        of,
                        "suspendAfter",
                        () -> assertThat(endpoints
                                        .suspendAfter(replica, Duration.ofMinutes(7))
                                        .await(PATIENCE)
                                        .suspendTimeout())
                                .isEqualTo(Duration.ofMinutes(7))),
                row(of, "disable", () -> {
                    Endpoint off = endpoints.disable(replica).await(PATIENCE);
                    assertThat(off.disabled()).isTrue();
                    assertThat(off.isConnectable()).isFalse();
                }),
                row(
                        of,
                        "enable",
                        () -> assertThat(endpoints
                                        .enable(replica)
                                        .await(PATIENCE)
                                        .isConnectable())
                                .isTrue()),
                row(of, "delete", () -> {
                    assertThatThrownBy(() -> endpoints.delete(primary)).isInstanceOf(BranchProtectedException.class);
                    assertThatThrownBy(() -> endpoints.delete(replica, "ep-of-another"))
                            .isInstanceOf(InvalidArgumentException.class)
                            .hasMessageContaining("Nothing was deleted");
                    String uid = endpoints.get(replica).uid();
                    assertThat(endpoints.delete(replica, uid).await(PATIENCE)).isEqualTo(DeleteOutcome.DELETED);
                    assertThat(endpoints.delete(replica).await(PATIENCE)).isEqualTo(DeleteOutcome.ALREADY_GONE);
                }));
    }

    private static List<Row> roles() {
        Class<?> of = Roles.class;
        Roles roles = client.roles(production);
        return List.of(
                row(of, "create", () -> {
                    Role user = roles.create("ann-example", r -> r.user("ann@example.com"))
                            .await(PATIENCE);
                    assertThat(user.postgresRole()).isEqualTo("ann@example.com");
                    assertThat(user.identity()).isEqualTo(RoleIdentity.USER);
                    assertThat(user.login()).isEqualTo(RoleLogin.LAKEBASE_OAUTH_V1);
                    Role app = roles.create("app-writer", r -> r.password().createsDatabases(true))
                            .await(PATIENCE);
                    assertThat(app.postgresRole()).isEqualTo("app-writer");
                    assertThat(app.identity()).isEqualTo(RoleIdentity.NONE);
                    assertThat(app.createsDatabases()).isTrue();
                    assertThatThrownBy(() -> roles.create("app-writer", RoleSpec::password))
                            .as("which the platform answers with 400, not 409")
                            .isInstanceOf(AlreadyExistsException.class);
                }),
                row(of, "get", () -> {
                    assertThat(roles.get("app-writer").name()).isEqualTo(production.role("app-writer"));
                    assertThatThrownBy(() -> roles.get("nowhere")).isInstanceOf(NotFoundException.class);
                }),
                row(
                        of,
                        "list",
                        () -> assertThat(roles.list())
                                .extracting(Role::postgresRole)
                                .contains("ann@example.com", "app-writer", platform.user())),
                row(of, "update", () -> {
                    Role changed = roles.update("app-writer", r -> r.createsRoles(true))
                            .await(PATIENCE);
                    assertThat(changed.createsRoles()).isTrue();
                    assertThat(changed.createsDatabases())
                            .as("what the mask does not name")
                            .isTrue();
                    assertThatThrownBy(() -> roles.update("app-writer", r -> r.user("ann@example.com")))
                            .isInstanceOf(InvalidArgumentException.class)
                            .hasMessageContaining("user(…)");
                }),
                row(of, "delete", () -> {
                    client.databases(production)
                            .create("of-the-writer", d -> d.owner("app-writer"))
                            .await(PATIENCE);
                    assertThatThrownBy(() -> roles.delete("app-writer").await(PATIENCE))
                            .as("a role that owns a database")
                            .isInstanceOf(LakebaseException.class);
                    client.databases(production)
                            .delete(
                                    "of-the-writer",
                                    client.branches(platform.project())
                                            .get("production")
                                            .uid())
                            .await(PATIENCE);
                    assertThat(roles.delete("app-writer", "ann-example").await(PATIENCE))
                            .isEqualTo(DeleteOutcome.DELETED);
                    assertThat(roles.delete("app-writer").await(PATIENCE)).isEqualTo(DeleteOutcome.ALREADY_GONE);
                }));
    }

    private static List<Row> databases() {
        Class<?> of = Databases.class;
        Databases databases = client.databases(production);
        String owner = client.roles(production).list().stream()
                .filter(role -> role.postgresRole().equals(platform.user()))
                .findFirst()
                .orElseThrow()
                .name()
                .role();
        return List.of(
                row(of, "create", () -> {
                    assertThatThrownBy(() -> databases.create("reports", d -> d.postgresDatabase("reports")))
                            .isInstanceOf(InvalidArgumentException.class)
                            .hasMessageContaining("owner");
                    Database created = databases
                            .create("reports", d -> d.owner(owner).postgresDatabase("reports_db"))
                            .await(PATIENCE);
                    assertThat(created.postgresDatabase()).isEqualTo("reports_db");
                    assertThat(created.owner()).isEqualTo(production.role(owner));
                    assertThatThrownBy(() -> databases.create("reports", d -> d.owner(owner)))
                            .isInstanceOf(AlreadyExistsException.class);
                }),
                row(of, "get", () -> {
                    assertThat(databases.get("reports").name()).isEqualTo(production.database("reports"));
                    assertThatThrownBy(() -> databases.get("nowhere")).isInstanceOf(NotFoundException.class);
                }),
                row(
                        of,
                        "list",
                        () -> assertThat(databases.list())
                                .extracting(Database::postgresDatabase)
                                .contains(LakebaseLocal.DATABASE, "reports_db")),
                row(
                        of,
                        "update",
                        () -> assertThat(databases
                                        .update("reports", d -> d.postgresDatabase("reports_of_2026"))
                                        .await(PATIENCE)
                                        .postgresDatabase())
                                .isEqualTo("reports_of_2026")),
                row(of, "delete", () -> {
                    assertThatThrownBy(() -> databases.delete("reports"))
                            .isInstanceOf(BranchProtectedException.class)
                            .hasMessageContaining("default branch");
                    assertThatThrownBy(() -> databases.delete("reports", "br-of-another"))
                            .isInstanceOf(BranchProtectedException.class);
                    assertThat(databases.get("reports")).isNotNull();
                    String uid = client.branches(platform.project())
                            .get("production")
                            .uid();
                    assertThat(databases.delete("reports", uid).await(PATIENCE)).isEqualTo(DeleteOutcome.DELETED);
                    assertThat(databases.delete("reports", uid).await(PATIENCE)).isEqualTo(DeleteOutcome.ALREADY_GONE);
                }));
    }

    private static List<Row> catalogs() {
        Class<?> of = Catalogs.class;
        Catalogs catalogs = client.catalogs();
        return List.of(
                row(of, "create", () -> {
                    assertThatThrownBy(() -> catalogs.create("shop_pg", c -> c.branch(production)))
                            .isInstanceOf(InvalidArgumentException.class)
                            .hasMessageContaining("postgresDatabase(");
                    Catalog created = catalogs.create(
                                    "shop_pg",
                                    c -> c.branch(production)
                                            .postgresDatabase("of_the_catalog")
                                            .createDatabaseIfMissing())
                            .await(PATIENCE);
                    assertThat(created.name()).isEqualTo(new CatalogName("shop_pg"));
                    assertThat(created.branch()).isEqualTo(production);
                    assertThat(created.postgresDatabase()).isEqualTo("of_the_catalog");
                    assertThat(client.databases(production).list())
                            .extracting(Database::postgresDatabase)
                            .contains("of_the_catalog");
                    assertThatThrownBy(() -> catalogs.create(
                                    "shop_pg", c -> c.branch(production).postgresDatabase(LakebaseLocal.DATABASE)))
                            .isInstanceOf(AlreadyExistsException.class);
                }),
                row(of, "get", () -> {
                    assertThat(catalogs.get("shop_pg").uid()).isNotEmpty();
                    assertThatThrownBy(() -> catalogs.get("nowhere")).isInstanceOf(NotFoundException.class);
                }),
                row(of, "delete", () -> {
                    assertThatThrownBy(() -> catalogs.delete("shop_pg", "of-another"))
                            .isInstanceOf(InvalidArgumentException.class);
                    String uid = catalogs.get("shop_pg").uid();
                    assertThat(catalogs.delete("shop_pg", uid).await(PATIENCE)).isEqualTo(DeleteOutcome.DELETED);
                    assertThat(catalogs.delete("shop_pg").await(PATIENCE)).isEqualTo(DeleteOutcome.ALREADY_GONE);
                }));
    }

    private static List<Row> syncedTables() {
        Class<?> of = SyncedTables.class;
        SyncedTables tables = client.syncedTables();
        String name = "main.sales.orders_synced";
        return List.of(
                row(of, "create", () -> {
                    SyncedTable created = tables.create(
                                    name,
                                    t -> t.from("main.sales.orders")
                                            .branch(production)
                                            .postgresDatabase(LakebaseLocal.DATABASE)
                                            .primaryKey("id")
                                            .snapshot()
                                            .createDatabaseObjectsIfMissing())
                            .await(PATIENCE);
                    assertThat(created.name()).isEqualTo(SyncedTableName.parse(name));
                    assertThat(created.isOnline()).isTrue();
                    assertThat(created.state()).isNotEqualTo(SyncedTableState.UNRECOGNIZED);
                    assertThat(created.lastSyncAt()).isNotNull();
                    assertThatThrownBy(() -> tables.create(
                                    "main.sales.x",
                                    t -> t.from("main.sales.orders")
                                            .branch(production)
                                            .primaryKey("id")
                                            .snapshot()))
                            .isInstanceOf(InvalidArgumentException.class)
                            .hasMessageContaining("half said");
                }),
                row(of, "get", () -> {
                    assertThat(tables.get(name).pipelineId()).isNotNull();
                    assertThatThrownBy(() -> tables.get("main.sales.nowhere")).isInstanceOf(NotFoundException.class);
                }),
                row(of, "delete", () -> {
                    assertThatThrownBy(() -> tables.delete(name, "of-another"))
                            .isInstanceOf(InvalidArgumentException.class);
                    String uid = tables.get(name).uid();
                    assertThat(tables.delete(name, uid).await(PATIENCE)).isEqualTo(DeleteOutcome.DELETED);
                    assertThat(tables.delete(name).await(PATIENCE)).isEqualTo(DeleteOutcome.ALREADY_GONE);
                }));
    }

    private static List<Row> instances() {
        Class<?> of = Instances.class;
        Instances instances = client.instances();
        InstanceName name = new InstanceName(platform.project());
        return List.of(
                row(of, "get", () -> {
                    Instance found = instances.get(name);
                    assertThat(found.state()).isEqualTo(InstanceState.AVAILABLE);
                    assertThat(found.isConnectable()).isTrue();
                    assertThat(found.host()).isEqualTo("localhost");
                    assertThatThrownBy(() -> instances.get("nowhere")).isInstanceOf(NotFoundException.class);
                    DatabaseCredential credential = client.credentials(name).get(PATIENCE);
                    assertThat(credential.expiresAt()).isAfter(Instant.now());
                }),
                row(
                        of,
                        "list",
                        () -> assertThat(instances.list())
                                .extracting(Instance::name)
                                .contains(name)));
    }

    /** So that a verb which is added tomorrow is not forgotten here. */
    @Test
    void theTableHasEveryVerb() {
        Set<String> tested = rows().stream()
                .map(row -> row.resource().getSimpleName() + "." + row.verb())
                .collect(Collectors.toSet());
        Set<String> verbs = new LinkedHashSet<>();
        for (Class<?> resource : List.of(
                Projects.class,
                Endpoints.class,
                Roles.class,
                Databases.class,
                Catalogs.class,
                SyncedTables.class,
                Instances.class)) {
            for (Method method : resource.getDeclaredMethods()) {
                boolean verb = Modifier.isPublic(method.getModifiers())
                        && !method.getName().equals("because")
                        && !method.getReturnType().equals(BranchName.class)
                        && !method.getReturnType().equals(CompletableFuture.class);
                if (verb) {
                    verbs.add(resource.getSimpleName() + "." + method.getName());
                }
            }
        }
        assertThat(tested).containsAll(verbs);
    }
}
