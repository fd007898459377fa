package consumer;

import dev.lakebase.jdbc.LakebaseDataSource;

/** What a user writes first: everything from the environment, one query. */
public final class Consumer {
    public static void main(String[] args) throws Exception {
        try (var dataSource = LakebaseDataSource.fromEnvironment();
                var connection = dataSource.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("select current_user, current_database()")) {
            row.next();
            System.out.println("consumer: connected as " + row.getString(1) + " to " + row.getString(2));
        }
    }
}
