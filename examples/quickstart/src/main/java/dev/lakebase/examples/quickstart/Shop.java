package dev.lakebase.examples.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** The production database of a small web shop: 20,000 customers and 80,000 orders. */
final class Shop {
    private final DataSource dataSource;

    Shop(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** What a person would look at to see whether two databases hold the same shop, and a hash of all rows. */
    record Figures(long customers, long orders, BigDecimal revenue, String bestCity, String fingerprint) {
        @Override
        public String toString() {
            return String.format(
                    "%,d customers, %,d orders, %,.2f EUR revenue, most of it from %s",
                    customers, orders, revenue, bestCity);
        }
    }

    void seed() throws SQLException {
        execute(script());
    }

    Figures figures() throws SQLException {
        String query = """
                select (select count(*) from customer),
                       count(*),
                       coalesce(sum(amount), 0),
                       (select city from customer join purchase using (customer_id)
                         group by city order by sum(amount) desc, city limit 1),
                       (select sum(hashtextextended(customer::text, 0)) from customer) || '/'
                         || sum(hashtextextended(purchase::text, 0))
                  from purchase
                """;
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            String bestCity = row.getString(4);
            return new Figures(
                    row.getLong(1),
                    row.getLong(2),
                    row.getBigDecimal(3),
                    bestCity == null ? "nowhere" : bestCity,
                    String.valueOf(row.getString(5)));
        }
    }

    long sizeInBytes() throws SQLException {
        return number("select pg_database_size(current_database())");
    }

    boolean tableExists(String table) throws SQLException {
        return number("select count(*) from pg_tables where schemaname = 'public' and tablename = '" + table + "'")
                == 1;
    }

    long number(String query) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String script() {
        try (InputStream in = Shop.class.getResourceAsStream("/shop.sql")) {
            if (in == null) {
                throw new IllegalStateException("shop.sql is missing from the class path: rebuild the quickstart");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
