package dev.lakebase.integrations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.Branch;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.testing.BranchScope;
import dev.lakebase.testing.LakebaseTest;
import java.nio.file.Path;
import java.sql.Connection;
import liquibase.UpdateSummaryEnum;
import liquibase.command.CommandScope;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@LakebaseTest(scope = BranchScope.METHOD)
@Timeout(120)
class LiquibaseTest {
    private static final String TOTALS = "SELECT customer || ' ' || cents FROM total ORDER BY 1";

    private final Shop shop;

    LiquibaseTest(LakebaseLocal local, LakebaseClient client, Branch branch) {
        shop = new Shop(local, client, branch);
    }

    @Test
    void updatesOnTheDataSourceBeforeAndAfterTheComputeFellAsleep(LakebaseDataSource dataSource) throws Exception {
        update(dataSource, "first.sql");
        shop.fallAsleep();
        update(dataSource, "second.sql");
        assertThat(Shop.rows(dataSource, TOTALS)).containsExactly("ada 1300", "grace 300");
        assertThat(Shop.rows(dataSource, "SELECT id FROM databasechangelog ORDER BY 1"))
                .containsExactly("purchases", "totals");
    }

    @Test
    void updatesByAUrlBeforeAndAfterTheComputeFellAsleep(LakebaseDataSource dataSource, @TempDir Path folder)
            throws Exception {
        String url = shop.urlWithProfile(folder);
        command("first.sql").addArgumentValue("url", url).execute();
        shop.fallAsleep();
        command("second.sql").addArgumentValue("url", url).execute();
        assertThat(Shop.rows(dataSource, TOTALS)).containsExactly("ada 1300", "grace 300");
    }

    private static void update(LakebaseDataSource dataSource, String file) throws Exception {
        try (Connection connection = dataSource.getConnection();
                Database database = DatabaseFactory.getInstance()
                        .findCorrectDatabaseImplementation(new JdbcConnection(connection))) {
            command(file).addArgumentValue("database", database).execute();
        }
    }

    private static CommandScope command(String file) throws Exception {
        return new CommandScope("update")
                .addArgumentValue("changelogFile", "liquibase/" + file)
                .addArgumentValue("showSummary", UpdateSummaryEnum.OFF);
    }
}
