package dev.lakebase.testing;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Breaks all that a test can break of a database that {@code accounts.sql} and {@code everything.sql} have set up. */
final class Vandal {
    /** Everything about a database that a test can see, in one line each. */
    private static final List<String> VIEWS = List.of(
            "select count(*) || ' ' || sum(balance) from account",
            "select string_agg(tablename, ',' order by tablename) from pg_tables where schemaname = 'public'",
            "select last_value from counter where not is_called",
            "select string_agg(extname, ',' order by extname) from pg_extension",
            "select current_setting('work_mem') || ' ' || current_setting('search_path')",
            "select string_agg(a::text, ' ' order by a::text) from pg_database d, unnest(datacl) a"
                    + " where datname = current_database()",
            "select shobj_description(oid, 'pg_database') || ' ' || datconnlimit || ' ' || pg_get_userbyid(datdba)"
                    + " from pg_database where datname = current_database()",
            "select string_agg(setrole || array_to_string(setconfig, ';'), ' ' order by setrole)"
                    + " from pg_db_role_setting s join pg_database d on d.oid = setdatabase"
                    + " where datname = current_database()",
            "select count(*) from pg_largeobject_metadata",
            "select string_agg(nspname, ',' order by nspname) from pg_namespace where nspname !~ '^pg_'");

    private Vandal() {}

    static List<String> look(DataSource dataSource) throws SQLException {
        List<String> seen = new ArrayList<>();
        for (String sql : VIEWS) {
            seen.add(String.valueOf(Sql.text(dataSource, sql)));
        }
        return seen;
    }

    static void breakEverything(DataSource dataSource) throws SQLException {
        Sql.execute(
                dataSource,
                "delete from account where id > 3",
                "alter table account add column ruin text default 'x'",
                "drop sequence counter",
                "drop extension pg_trgm",
                "create extension hstore",
                "create schema other",
                "select lo_create(0)",
                "alter database databricks_postgres set work_mem = '9MB'",
                "alter database databricks_postgres reset search_path",
                "alter role current_user in database databricks_postgres set statement_timeout = '9s'",
                "grant create on database databricks_postgres to public",
                "revoke connect on database databricks_postgres from public",
                "alter database databricks_postgres connection limit 77",
                "comment on database databricks_postgres is 'ruined'");
    }
}
