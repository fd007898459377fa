package dev.lakebase.local;

import static dev.lakebase.local.Pg.execute;
import static dev.lakebase.local.Pg.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;
import org.postgresql.PGConnection;

/** A token with the claim READ_ONLY opens sessions that can't write, whatever they send. */
class ReadOnlyTokenTest {
    /** Everything that an attack could change, in one row. */
    private static final String FINGERPRINT = """
            select concat_ws('|',
                (select string_agg(a::text, ',' order by id) from account a),
                (select string_agg(relname || relkind::text, ',' order by oid) from pg_class where relname !~ '^pg_'),
                (select string_agg(r::text, ',' order by oid) from pg_roles r),
                (select string_agg(d::text, ',') from pg_db_role_setting d),
                (select string_agg(datname, ',' order by oid) from pg_database),
                (select count(*) from pg_largeobject_metadata),
                (select count(*) from pg_proc),
                (select last_value || ':' || is_called from ticket),
                (select string_agg(coalesce(obj_description(oid, 'pg_class'), ''), '') from pg_class where relname = 'account'))
            """;

    private static LakebaseLocal local;
    private static Rest rest;
    private static int port;
    private static Connection owner;

    @BeforeAll
    static void start() throws SQLException {
        local = LakebaseLocal.start();
        rest = new Rest(local);
        port = rest.gatewayPort(local.endpoint());
        owner = Pg.connect(local, local.endpoint());
        execute(owner, """
                create table account (id int primary key, balance int);
                insert into account values (1, 100), (2, 200);
                create sequence ticket;
                create function steal() returns void language sql security definer as
                    'update account set balance = 0';
                create function loosen() returns void language plpgsql as
                    $$ begin
                        perform set_config('transaction_read_only', 'off', false);
                        perform set_config('default_transaction_read_only', 'off', false);
                        update account set balance = 0;
                    end $$;
                create procedure restart() language plpgsql as
                    $$ begin
                        commit;
                        set transaction read write;
                        update account set balance = 0;
                        commit;
                    end $$;
                create role accomplice login;
                """);
    }

    @AfterAll
    static void close() throws SQLException {
        owner.close();
        local.close();
    }

    private static String readOnlyToken() {
        return rest.post("credentials", """
                        {"endpoint": "%s", "claims": [{"permission_set": "READ_ONLY",
                         "resources": [{"table_name": "account"}]}]}""".formatted(local.endpoint()))
                .expect(200)
                .text("/token");
    }

    private static Connection reader(String queryMode) throws SQLException {
        Properties properties = Pg.properties(local, local.user(), readOnlyToken());
        properties.setProperty("preferQueryMode", queryMode);
        return new Driver().connect("jdbc:postgresql://localhost:" + port + "/databricks_postgres", properties);
    }

    @Test
    void sessionIsTheIdentitysOwnAndReads() throws SQLException {
        try (var reader = reader("extended")) {
            assertThat(query(reader, "select current_user || ' ' || session_user"))
                    .isEqualTo(local.user() + " " + local.user());
            assertThat(query(reader, "show transaction_read_only")).isEqualTo("on");
            assertThat(query(reader, "select sum(balance) from account")).isEqualTo("300");
        }
    }

    @Test
    void whatWasCommittedAMomentAgoIsSeen() throws SQLException {
        try (var reader = reader("extended")) {
            execute(owner, "create table seen (n int)");
            for (int i = 1; i <= 100; i++) {
                execute(owner, "insert into seen values (" + i + ")");
                assertThat(query(reader, "select max(n) from seen")).isEqualTo(Integer.toString(i));
            }
        } finally {
            execute(owner, "drop table seen");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into account values (3, 1)",
                "update account set balance = 0",
                "delete from account",
                "truncate account",
                "merge into account a using (values (1)) v(id) on a.id = v.id when matched then update set balance = 0",
                "with gone as (delete from account returning 1) select count(*) from gone",
                "explain analyze update account set balance = 0",
                "select * from account for update",
                "lock table account in exclusive mode",
                "create table loot as select * from account",
                "create temporary table loot (n int)",
                "select * into loot from account",
                "drop table account",
                "alter table account add column x int",
                "comment on table account is 'mine'",
                "grant select on account to public",
                "create role thief",
                "alter role current_user set default_transaction_read_only = off",
                "alter database databricks_postgres set default_transaction_read_only = off",
                "create database loot",
                "create function f() returns int language sql as 'select 1'",
                "select nextval('ticket')",
                "select setval('ticket', 1000)",
                "select lo_create(4711)",
                "select lo_from_bytea(4711, 'x')",
                "select steal()",
                "select loosen()",
                "call restart()",
                "do 'begin update account set balance = 0; end'",
                "vacuum account",
                "analyze account",
                "reindex table account",
                "notify loot",
                "prepare transaction 'later'",
                "set transaction read write",
                "begin read write",
                "start transaction isolation level read committed read write",
                "set transaction_read_only = off",
                "select set_config('transaction_read_only', 'off', false)",
                "select pg_promote()",
                "select pg_wal_replay_resume()",
                "alter system set hot_standby = off",
                "select pg_reload_conf()",
                "set session authorization cloud_admin",
                "set role cloud_admin",
                "copy account from program 'echo 3,1'",
                "copy account to program 'cat'",
            })
    void statementIsRefused(String sql) throws SQLException {
        String before = query(owner, FINGERPRINT);
        for (String mode : List.of("simple", "extended")) {
            try (var reader = reader(mode)) {
                assertThatThrownBy(() -> execute(reader, sql)).as(mode).isInstanceOf(SQLException.class);
                assertThat(query(owner, FINGERPRINT)).isEqualTo(before);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set transaction read write; update account set balance = 0",
                "begin; set transaction read write; update account set balance = 0; commit",
                "begin read write; update account set balance = 0; commit",
                "set session characteristics as transaction read write; update account set balance = 0",
                "set default_transaction_read_only = off; update account set balance = 0",
                "reset default_transaction_read_only; update account set balance = 0",
                "reset all; update account set balance = 0",
                "discard all; update account set balance = 0",
                "reset role; reset session authorization; update account set balance = 0",
                "set role accomplice; update account set balance = 0",
                "select set_config('default_transaction_read_only', 'off', false); select steal()",
                "commit; rollback; abort; update account set balance = 0",
                "savepoint a; update account set balance = 0",
                "begin; savepoint a; set transaction read write; update account set balance = 0; commit",
                "set session_replication_role = replica; update account set balance = 0",
                "do $$ begin execute 'set transaction re' || 'ad write'; update account set balance = 0; end $$",
                "do $$ begin commit; set transaction read write; update account set balance = 0; commit; end $$",
                "do $$ begin rollback; perform set_config('transaction_read_only', 'off', true); perform steal(); commit; end $$",
                "prepare p as update account set balance = 0; execute p",
                "declare c cursor with hold for select 1; update account set balance = 0",
                "/* select */ update account set balance = 0 -- read only",
                "select 1; select 2; update account set balance = 0; select 3",
            })
    void escapeFails(String script) throws SQLException {
        String before = query(owner, FINGERPRINT);
        try (var whole = reader("simple");
                var single = reader("extended")) {
            ignoringErrors(whole, script);
            for (String statement : script.startsWith("do") ? List.of(script) : List.of(script.split(";"))) {
                ignoringErrors(single, statement); // goes on after an error, as no script would
            }
            assertThat(query(owner, FINGERPRINT)).isEqualTo(before);
        }
    }

    private static void ignoringErrors(Connection connection, String sql) {
        try {
            execute(connection, sql);
        } catch (SQLException e) {
            // most of it is refused; what counts is that nothing has changed
        }
    }

    @Test
    void startUpOptionsDoNotLoosenIt() throws SQLException {
        String url = "jdbc:postgresql://localhost:" + port + "/databricks_postgres";
        Properties properties = Pg.properties(local, local.user(), readOnlyToken());
        properties.setProperty("options", "-c default_transaction_read_only=off");
        try (var reader = new Driver().connect(url, properties)) {
            assertThatThrownBy(() -> execute(reader, "insert into account values (3, 1)"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
        }
        properties.setProperty("options", "-c transaction_read_only=off");
        assertThatThrownBy(() -> new Driver().connect(url, properties)).isInstanceOf(SQLException.class);
    }

    @Test
    void copyFromTheClientIsRefused() throws SQLException {
        try (var reader = reader("extended")) {
            var copy = reader.unwrap(PGConnection.class).getCopyAPI();
            assertThatThrownBy(() -> copy.copyIn("copy account from stdin", new StringReader("3\t1\n")))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
        }
    }

    @Test
    void driversOwnReadWriteSwitchDoesNotLoosenIt() throws SQLException {
        try (var reader = reader("extended")) {
            reader.setAutoCommit(false);
            reader.setReadOnly(false);
            assertThatThrownBy(() -> execute(reader, "update account set balance = 0"))
                    .hasMessageContaining("read-only transaction");
        }
    }

    @Test
    void plainTokenOfTheSameIdentityWritesMeanwhile() throws SQLException {
        try (var reader = reader("extended");
                var writer = Pg.connect(local, local.endpoint())) {
            execute(writer, "insert into account values (9, 9)");
            assertThat(query(reader, "select balance from account where id = 9"))
                    .isEqualTo("9");
            execute(writer, "delete from account where id = 9");
        }
    }

    @Test
    void runningQueryCanBeCancelled() throws Exception {
        try (var reader = reader("extended");
                var statement = reader.createStatement()) {
            statement.setQueryTimeout(1); // pgjdbc sends a cancel request
            assertThatThrownBy(() -> statement.execute("select pg_sleep(60)"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
        }
    }

    @Test
    void suspendEndsItsSessionsToo() throws SQLException {
        rest.createBranch("nap", "production");
        String endpoint = "projects/local/branches/nap/endpoints/primary";
        try {
            int napPort = rest.gatewayPort(endpoint);
            try (var reader = Pg.connect(local, napPort, local.user(), readOnlyToken())) {
                local.suspend(endpoint);
                assertThatThrownBy(() -> query(reader, "select 1"))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("57P01"));
            }
            try (var reader = Pg.connect(local, napPort, local.user(), readOnlyToken())) {
                assertThat(query(reader, "select sum(balance) from account")).isEqualTo("300");
            }
        } finally {
            rest.deleteBranch("nap");
        }
    }

    @Test
    void otherClaimsAreNamedAsErrors() {
        String body = "{\"endpoint\": \"" + local.endpoint() + "\", \"claims\": %s}";
        assertThat(rest.post("credentials", body.formatted("[{\"permission_set\": \"ADMIN\"}]"))
                        .expect(400)
                        .text("/message"))
                .contains("\"ADMIN\", expected READ_ONLY");
        assertThat(rest.post("credentials", body.formatted("[{}]")).expect(400).text("/message"))
                .contains("claims.permission_set");
        rest.post("credentials", body.formatted("\"READ_ONLY\"")).expect(400);
        rest.post("credentials", body.formatted("[]")).expect(200);
    }
}
