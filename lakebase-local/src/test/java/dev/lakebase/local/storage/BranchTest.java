package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BranchTest {

    private static Storage storage;
    private static Cluster root;

    @BeforeAll
    static void open() throws Exception {
        storage = Storage.open(null, line -> {});
        root = storage.createRoot("br-root");
        Sql.run(root, "CREATE TABLE kept AS SELECT g AS id FROM generate_series(1, 1000) g");
    }

    @AfterAll
    static void close() {
        storage.close();
    }

    @Test
    void rootHasTheSuperuserTheDatabaseAndTheRoleButNoOtherDatabase() throws Exception {
        assertThat(Sql.ask(root, "SELECT current_user || ' ' || rolsuper FROM pg_roles WHERE rolname = current_user"))
                .isEqualTo("cloud_admin true");
        assertThat(Sql.ask(root, "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'databricks_superuser'"))
                .isEqualTo("f");
        assertThat(Sql.ask(root, "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database"))
                .isEqualTo("databricks_postgres template0 template1");
        assertThat(Sql.ask(root, "SHOW data_checksums")).isEqualTo("on");
        assertThat(Sql.ask(root, "SHOW server_encoding")).isEqualTo("UTF8");
        assertThat(Sql.ask(root, "SHOW listen_addresses")).isEmpty();
    }

    @Test
    void writesAfterTheBranchAreSeenOnTheirOwnSideOnly() throws Exception {
        Cluster branch = storage.branch(root, "br-isolated");
        Sql.run(root, "CREATE TABLE only_parent ()");
        Sql.run(branch, "CREATE TABLE only_branch ()", "DELETE FROM kept WHERE id > 10");

        assertThat(Sql.ask(branch, "SELECT to_regclass('only_parent')")).isNull();
        assertThat(Sql.ask(root, "SELECT to_regclass('only_branch')")).isNull();
        assertThat(Sql.ask(branch, "SELECT count(*) FROM kept")).isEqualTo("10");
        assertThat(Sql.ask(root, "SELECT count(*) FROM kept")).isEqualTo("1000");
        storage.delete(branch);
        Sql.run(root, "DROP TABLE only_parent");
    }

    @Test
    void branchIsATimelineOfItsOwnAndSoIsABranchOfIt() throws Exception {
        String timeline = "SELECT timeline_id FROM pg_control_checkpoint()";
        Cluster child = storage.branch(root, "br-child");
        Sql.run(child, "CREATE TABLE of_child AS SELECT 1 AS n", "CHECKPOINT");
        Cluster grandchild = storage.branch(child, "br-grandchild");
        Sql.run(grandchild, "CHECKPOINT");

        assertThat(Sql.ask(root, timeline)).isEqualTo("1");
        assertThat(Sql.ask(child, timeline)).isEqualTo("2");
        assertThat(Sql.ask(grandchild, timeline)).isEqualTo("3");
        assertThat(Sql.ask(grandchild, "SELECT n FROM of_child")).isEqualTo("1");
        assertThat(Sql.ask(grandchild, "SELECT pg_is_in_recovery()")).isEqualTo("f");

        // the parent may go first: a copy needs nothing of what it was copied from
        storage.delete(child);
        grandchild.suspend();
        grandchild.start(Duration.ofSeconds(30));
        assertThat(Sql.ask(grandchild, "SELECT count(*) FROM kept")).isEqualTo("1000");
        storage.delete(grandchild);
    }

    @Test
    void branchOfASuspendedParentStartsIt() throws Exception {
        Cluster parent = storage.branch(root, "br-asleep");
        parent.suspend();

        Cluster branch = storage.branch(parent, "br-of-asleep");

        assertThat(parent.isRunning()).isTrue();
        assertThat(Sql.ask(branch, "SELECT count(*) FROM kept")).isEqualTo("1000");
        storage.delete(branch);
        storage.delete(parent);
    }

    @Test
    void openTransactionOfTheParentIsNotInTheBranchAndGoesOn() throws Exception {
        try (Connection writer = root.connect(Sql.DATABASE)) {
            writer.setAutoCommit(false);
            writer.createStatement().execute("CREATE TABLE unfinished AS SELECT 1 AS n");
            Cluster branch = storage.branch(root, "br-midway");

            writer.commit();

            assertThat(Sql.ask(branch, "SELECT to_regclass('unfinished')")).isNull();
            assertThat(Sql.ask(root, "SELECT n FROM unfinished")).isEqualTo("1");
            storage.delete(branch);
        }
        Sql.run(root, "DROP TABLE unfinished");
    }

    @Test
    void severalBranchesCanBeTakenAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<CompletableFuture<Cluster>> taken = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                String uid = "br-at-once-" + i;
                taken.add(CompletableFuture.supplyAsync(() -> storage.branch(root, uid), threads));
            }
            for (CompletableFuture<Cluster> branch : taken) {
                assertThat(Sql.ask(branch.join(), "SELECT count(*) FROM kept")).isEqualTo("1000");
                storage.delete(branch.join());
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void databasesCanBeCreatedWhileABranchIsTaken() throws Exception {
        // CREATE DATABASE fails, after 5 s, while anybody is connected to its template, which is template1
        try (Connection copying = root.connectForCopy()) {
            Sql.run(root, "CREATE DATABASE meanwhile", "DROP DATABASE meanwhile");
        }
    }

    @Test
    void parentWithoutItsFirstDatabaseCanBeBranched() throws Exception {
        Cluster parent = storage.createRoot("br-renamed");
        try (Connection elsewhere = parent.connect("template1")) {
            elsewhere.createStatement().execute("ALTER DATABASE databricks_postgres RENAME TO shop");
        }
        Cluster branch = storage.branch(parent, "br-of-renamed");
        try (Connection shop = branch.connect("shop")) {
            assertThat(Sql.ask(shop, "SELECT 1")).isEqualTo("1");
        }
        storage.delete(branch);
        storage.delete(parent);
    }

    @Test
    void settingsOfTheParentsDatabaseDoNotReachTheCopy() throws Exception {
        Cluster parent = storage.createRoot("br-settings");
        Sql.run(
                parent,
                "CREATE FUNCTION public.pg_walfile_name(pg_lsn) RETURNS text LANGUAGE plpgsql"
                        + " AS $$ BEGIN RAISE 'called as %', current_user; END $$",
                "ALTER DATABASE databricks_postgres SET search_path = public, pg_catalog",
                "ALTER DATABASE databricks_postgres SET idle_session_timeout = 1",
                "ALTER DATABASE databricks_postgres SET statement_timeout = 1");

        Cluster branch = storage.branch(parent, "br-of-settings");

        assertThat(branch.isRunning()).isTrue();
        storage.delete(branch);
        storage.delete(parent);
    }

    @Test
    void thirtyBranchesOfOneParentCanBeUnderWayAtOnce() throws Exception {
        Cluster parent = storage.createRoot("br-crowded");
        List<Connection> others = new ArrayList<>();
        try {
            for (int i = 0; i < 29; i++) {
                Connection other = parent.connectForCopy();
                others.add(other);
                Sql.ask(other, "SELECT pg_create_physical_replication_slot('other_" + i + "', true, true)");
            }

            assertThat(storage.branch(parent, "br-of-crowded").isRunning()).isTrue();
        } finally {
            for (Connection other : others) {
                other.close();
            }
        }
        storage.delete(storage.clusters().get("br-of-crowded"));
        storage.delete(parent);
    }

    @Test
    void usingTemplate0LeavesItsFilesAsTheyWere() throws Exception {
        // branches share these files: a write into them would be seen by all
        Map<String, FileTime> before = modificationTimes(root.data().resolve("base/4"));
        Cluster branch = storage.branch(root, "br-template0");
        Sql.run(
                branch,
                "CREATE DATABASE logged TEMPLATE template0",
                "CREATE DATABASE copied TEMPLATE template0 STRATEGY file_copy",
                "ALTER DATABASE template0 CONNECTION LIMIT 7",
                "VACUUM FREEZE",
                "CHECKPOINT");
        try (Connection own = branch.connect("logged")) {
            own.createStatement().execute("CREATE TABLE mine AS SELECT 1 AS n");
        }
        branch.suspend();

        assertThat(modificationTimes(root.data().resolve("base/4"))).isEqualTo(before);
        storage.delete(branch);
    }

    @Test
    void folderOfADeletedClusterIsUsedAgainWithoutAnythingOfItsFormerContent() throws Exception {
        try (Storage own = Storage.open(null, line -> {})) {
            Cluster parent = own.createRoot("br-parent");
            Sql.run(parent, "CREATE TABLE kept AS SELECT 42 AS n");
            Map<String, FileTime> shared = modificationTimes(parent.data().resolve("base/4"));
            Cluster former = own.branch(parent, "br-former");
            Sql.run(
                    former,
                    "CREATE TABLE secret AS SELECT repeat('x', 100) FROM generate_series(1, 10000)",
                    "ANALYZE secret",
                    "SELECT lo_from_bytea(0, 'secret')",
                    "CREATE DATABASE former",
                    "CHECKPOINT");
            String data = Sql.ask(
                    former,
                    "SELECT string_agg(pg_relation_filepath(oid), ' ') FROM pg_class WHERE oid IN (SELECT"
                            + " unnest(array[c.oid, c.reltoastrelid]) FROM pg_class c WHERE relname IN"
                            + " ('pg_largeobject', 'pg_statistic', 'pg_statistic_ext_data'))");
            String secret = Sql.ask(former, "SELECT pg_relation_filepath('secret')");
            assertThat(former.data().resolve(secret)).exists();
            own.delete(former);
            Path spare = onlySpare(own);
            assertThat(spare.resolve("base/5/1247")).exists();
            assertThat(spare.resolve("base"))
                    .isDirectoryContaining("glob:**/{1,5}")
                    .isDirectoryNotContaining("regex:.*/base/(?![15]$).*");
            assertThat(spare.resolve(secret)).doesNotExist();
            assertThat(data.split(" "))
                    .hasSize(5)
                    .allSatisfy(file -> assertThat(spare.resolve(file)).doesNotExist());
            Object inode = Files.getAttribute(spare.resolve("base/5/1247"), "unix:ino");

            Cluster fresh = own.createRoot("br-fresh");
            assertThat(Files.getAttribute(fresh.data().resolve("base/5/1247"), "unix:ino"))
                    .isEqualTo(inode);
            assertThat(relations(fresh)).isEqualTo(relations(own.createRoot("br-reference")));
            assertThat(Sql.ask(fresh, "SELECT count(*) FROM pg_class")).isNotEqualTo("0");
            own.delete(fresh);

            Cluster next = own.branch(parent, "br-next");
            assertThat(Sql.ask(next, "SELECT to_regclass('secret')")).isNull();
            assertThat(Sql.ask(next, "SELECT n FROM kept")).isEqualTo("42");
            assertThat(modificationTimes(parent.data().resolve("base/4"))).isEqualTo(shared);
        }
    }

    @Test
    void rootsShareTheFilesOfTemplate0WhereTheyAreTheSame() throws Exception {
        try (Storage own = Storage.open(null, line -> {})) {
            Cluster one = own.createRoot("br-one");
            Path shared = Path.of("base/4/1259");
            Path other = Path.of("base/4/2610");
            Files.writeString(one.data().resolve(other), "of another version");

            Cluster next = own.createRoot("br-next");

            assertThat(Files.isSameFile(one.data().resolve(shared), next.data().resolve(shared)))
                    .isTrue();
            assertThat(Files.isSameFile(one.data().resolve(other), next.data().resolve(other)))
                    .isFalse();
            assertThat(Files.isSameFile(
                            one.data().resolve("base/1/1259"), next.data().resolve("base/1/1259")))
                    .isFalse();
            own.delete(one);
            Sql.run(next, "CREATE DATABASE copied TEMPLATE template0");
        }
    }

    private static Path onlySpare(Storage storage) throws IOException {
        try (Stream<Path> files = Files.list(storage.directory().resolve("clusters"))) {
            List<Path> spares = files.filter(
                            file -> file.getFileName().toString().startsWith(SpareFolders.PREFIX))
                    .toList();
            assertThat(spares).hasSize(1);
            return spares.get(0).resolve("pgdata");
        }
    }

    /** Names of all files of relations, without those that a running server makes for itself. */
    private static List<String> relations(Cluster cluster) throws IOException {
        try (Stream<Path> files = Files.walk(cluster.data().resolve("base"))) {
            return files.map(file -> cluster.data().relativize(file).toString())
                    .filter(name -> !name.contains("pg_internal.init"))
                    .sorted()
                    .toList();
        }
    }

    private static Map<String, FileTime> modificationTimes(Path folder) throws IOException {
        Map<String, FileTime> times = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                times.put(file.getFileName().toString(), Files.getLastModifiedTime(file));
            }
        }
        return times;
    }

    @Test
    void tablespaceIsRefusedAndTheParentStaysAsItWas() throws Exception {
        Cluster parent = storage.createRoot("br-tablespace");
        Path elsewhere = Folders.create(storage.directory().resolve("elsewhere"));
        Launcher.detected().own(elsewhere);
        Sql.run(parent, "CREATE TABLESPACE elsewhere LOCATION '" + elsewhere + "'");

        assertThatThrownBy(() -> storage.branch(parent, "br-of-tablespace"))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("br-of-tablespace")
                .hasMessageContaining("tablespaces");

        assertThat(storage.clusters()).doesNotContainKey("br-of-tablespace");
        assertThat(storage.directory().resolve("clusters/.new-br-of-tablespace"))
                .doesNotExist();
        assertThat(Sql.ask(parent, "SELECT 1")).isEqualTo("1");
        storage.delete(parent);
    }

    @Test
    void uidInUseIsRefused() {
        assertThatThrownBy(() -> storage.branch(root, "br-root"))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("br-root exists already");
        assertThat(root.isRunning()).isTrue();
    }

    @Test
    void uidThatIsNoPlainNameIsRefused() {
        for (String uid : List.of("", "../x", "A", "-a", "a/b", "a".repeat(64))) {
            assertThatThrownBy(() -> storage.createRoot(uid))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"" + uid + "\"");
        }
    }
}
