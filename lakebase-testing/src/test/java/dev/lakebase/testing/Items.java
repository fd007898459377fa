package dev.lakebase.testing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/** A table of any size, beside what the seed scripts make. */
final class Items {
    /** Changes with any row. */
    static final String SUM = "select count(*) || ' ' || sum(hashtext(name)) from public.item";

    private static final String TABLE = "create table public.item (id int, name text, price int)";
    private static final String KEY = "alter table public.item add primary key (id)";

    private Items() {}

    static void fill(DataSource dataSource, int rows) throws SQLException {
        Sql.execute(
                dataSource,
                script("/accounts.sql"),
                TABLE,
                "insert into public.item select n, md5(n::text) || md5((n + 1)::text), n % 100"
                        + " from generate_series(1, " + rows + ") n",
                KEY,
                "vacuum analyze public.item",
                script("/everything.sql"));
    }

    /** All rows, for {@link #load}. */
    static byte[] dump(DataSource dataSource) throws SQLException {
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        try (Connection connection = dataSource.getConnection()) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("copy public.item to stdout (format binary)", rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows.toByteArray();
    }

    static void createAndLoad(DataSource dataSource, byte[] rows) throws SQLException {
        Sql.execute(dataSource, script("/accounts.sql"), TABLE);
        load(dataSource, rows);
        Sql.execute(dataSource, KEY);
    }

    static void truncateAndLoad(DataSource dataSource, byte[] rows) throws SQLException {
        Sql.execute(
                dataSource,
                "truncate public.item, public.account; insert into public.account select n, 100 from generate_series(1, 10) n");
        load(dataSource, rows);
    }

    private static void load(DataSource dataSource, byte[] rows) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("copy public.item from stdin (format binary)", new ByteArrayInputStream(rows));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String script(String resource) {
        try (InputStream in = Objects.requireNonNull(Items.class.getResourceAsStream(resource))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
