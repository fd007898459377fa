package dev.lakebase.testing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a test can change that no copy of its database brings back: roles, what they may and how they are set up, and other
 * databases. Passwords can't be seen, nor what is inside of other databases.
 */
record ClusterState(Map<String, String> items) {
    private static final String QUERY = """
        with ours as (select ? as main, ? as prefix),
             others as (select d.* from pg_database d, ours
                         where datname <> main and not starts_with(datname, prefix))
        select 'role ' || rolname,
               concat_ws(' ', rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
                         rolbypassrls, rolconnlimit, rolvaliduntil, shobj_description(oid, 'pg_authid'))
          from pg_roles
        union all
        select 'membership of ' || pg_get_userbyid(member) || ' in ' || pg_get_userbyid(roleid)
                 || ' by ' || pg_get_userbyid(grantor),
               concat_ws(' ', admin_option, inherit_option, set_option)
          from pg_auth_members
        union all
        select concat('settings of', ' role ' || nullif(pg_get_userbyid(nullif(setrole, 0)), ''),
                      ' database ' || others.datname),
               setconfig::text
          from pg_db_role_setting left join others on others.oid = setdatabase
         where setdatabase = 0 or others.oid is not null
        union all
        select 'database ' || datname,
               concat_ws(' ', pg_get_userbyid(datdba), datconnlimit, datallowconn, datacl::text)
          from others
        """;

    ClusterState {
        items = Map.copyOf(items);
    }

    /** @param prefix how the databases begin that the reset itself makes */
    static ClusterState read(Connection connection, String database, String prefix) throws SQLException {
        Map<String, String> items = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
            statement.setString(1, database);
            statement.setString(2, prefix);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    items.put(rows.getString(1), String.valueOf(rows.getString(2)));
                }
            }
        }
        return new ClusterState(items);
    }

    /** For people, in a stable order; empty if nothing changed. */
    List<String> changesSince(ClusterState before) {
        List<String> changes = new ArrayList<>();
        for (var item : new TreeMap<>(items).entrySet()) {
            String old = before.items.get(item.getKey());
            if (old == null) {
                changes.add("made " + item.getKey());
            } else if (!old.equals(item.getValue())) {
                changes.add("changed " + item.getKey());
            }
        }
        new TreeMap<>(before.items)
                .keySet().stream()
                        .filter(item -> !items.containsKey(item))
                        .forEach(item -> changes.add("removed " + item));
        return changes;
    }
}
