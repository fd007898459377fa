package dev.lakebase.testing;

import java.sql.Connection;
import java.util.Map;
import javax.sql.DataSource;
import liquibase.Scope;
import liquibase.command.CommandScope;
import liquibase.command.core.UpdateCommandStep;
import liquibase.command.core.helpers.DbUrlConnectionArgumentsCommandStep;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.ClassLoaderResourceAccessor;

/** Apart from all else, as Liquibase is optional. */
final class LiquibaseMigration {
    private LiquibaseMigration() {}

    @SuppressWarnings("try") // closing class path resources waits for nothing, whatever AutoCloseable says
    static void run(DataSource dataSource, String changeLog, ClassLoader loader) throws Exception {
        String path = changeLog.startsWith("classpath:") ? changeLog.substring("classpath:".length()) : changeLog;
        try (Connection connection = dataSource.getConnection();
                var resources = new ClassLoaderResourceAccessor(loader)) {
            Database database =
                    DatabaseFactory.getInstance().findCorrectDatabaseImplementation(new JdbcConnection(connection));
            Scope.child(
                    Map.of(Scope.Attr.resourceAccessor.name(), resources),
                    () -> new CommandScope(UpdateCommandStep.COMMAND_NAME)
                            .addArgumentValue(DbUrlConnectionArgumentsCommandStep.DATABASE_ARG, database)
                            .addArgumentValue(UpdateCommandStep.CHANGELOG_FILE_ARG, path)
                            .execute());
        }
    }
}
