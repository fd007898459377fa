package dev.lakebase.testing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What PostgreSQL keeps about a database outside of it, and so does not copy from a template. */
record DatabaseAttributes(
        String owner,
        int connectionLimit,
        @Nullable String comment,
        @Nullable List<Grant> grants,
        List<Setting> settings) {
    /** One privilege on the database; {@code grantee} is null for PUBLIC. */
    record Grant(@Nullable String grantee, String privilege, boolean grantable) {}

    /** One configuration parameter; {@code role} is null if it holds for all. */
    record Setting(@Nullable String role, String name, String value) {}

    static DatabaseAttributes read(Connection connection, String database) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
            select pg_get_userbyid(datdba), datconnlimit, shobj_description(oid, 'pg_database'), datacl is null
              from pg_database where datname = ?\
            """)) {
            statement.setString(1, database);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("There is no database \"" + database + "\" on the branch.", "3D000");
                }
                return new DatabaseAttributes(
                        row.getString(1),
                        row.getInt(2),
                        row.getString(3),
                        row.getBoolean(4) ? null : grants(connection, database),
                        settings(connection, database));
            }
        }
    }

    private static List<Grant> grants(Connection connection, String database) throws SQLException {
        List<Grant> grants = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("""
            select case grantee when 0 then null else pg_get_userbyid(grantee) end, privilege_type, is_grantable
              from pg_database, aclexplode(datacl) where datname = ?\
            """)) {
            statement.setString(1, database);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    grants.add(new Grant(rows.getString(1), rows.getString(2), rows.getBoolean(3)));
                }
            }
        }
        return grants;
    }

    private static List<Setting> settings(Connection connection, String database) throws SQLException {
        List<Setting> settings = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("""
            select case setrole when 0 then null else pg_get_userbyid(setrole) end,
                   split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1)
              from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase, unnest(s.setconfig) setting
             where d.datname = ?\
            """)) {
            statement.setString(1, database);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    settings.add(new Setting(rows.getString(1), rows.getString(2), rows.getString(3)));
                }
            }
        }
        return settings;
    }

    /** Gives a fresh copy the same, all of it or nothing. The owner was named at its creation. */
    void applyTo(Connection connection, String database) throws SQLException {
        if (comment == null && grants == null && settings.isEmpty()) {
            return;
        }
        String name = Identifiers.quoted(database);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            for (Setting setting : settings) {
                // by way of the session, for lists: their stored form is not a literal that SET takes
                set(connection, setting);
                statement.execute("alter "
                        + (setting.role() == null
                                ? "database " + name
                                : "role " + Identifiers.quoted(setting.role()) + " in database " + name)
                        + " set " + parameter(setting.name()) + " from current");
            }
            if (grants != null) {
                statement.execute("revoke all on database " + name + " from public, " + Identifiers.quoted(owner));
                for (Grant grant : grants) {
                    statement.execute("grant " + grant.privilege() + " on database " + name + " to "
                            + (grant.grantee() == null ? "public" : Identifiers.quoted(grant.grantee()))
                            + (grant.grantable() ? " with grant option" : ""));
                }
            }
            if (comment != null) {
                statement.execute("comment on database " + name + " is " + Identifiers.literal(comment));
            }
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static void set(Connection connection, Setting setting) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select set_config(?, ?, true)")) {
            statement.setString(1, setting.name());
            statement.setString(2, setting.value());
            statement.execute();
        }
    }

    /** {@code myapp.tenant} has two parts, each an identifier. */
    private static String parameter(String name) {
        List<String> parts = new ArrayList<>();
        for (String part : name.split("\\.", -1)) {
            parts.add(Identifiers.quoted(part));
        }
        return String.join(".", parts);
    }
}
