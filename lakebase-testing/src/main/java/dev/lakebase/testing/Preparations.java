package dev.lakebase.testing;

import dev.lakebase.client.Branch;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** What is done to a fresh copy before a test sees it: migrations, then seed scripts, then callbacks. */
final class Preparations {
    private final BranchWish wish;
    private final Class<?> testClass;

    Preparations(BranchWish wish, Class<?> testClass) {
        this.wish = wish;
        this.testClass = testClass;
    }

    void run(DataSource dataSource, Branch branch) {
        if (!wish.flyway().isEmpty()) {
            migrate(
                    "Flyway, org.flywaydb:flyway-core and flyway-database-postgresql",
                    () -> FlywayMigration.run(dataSource, wish.flyway(), testClass.getClassLoader()));
        }
        if (!wish.liquibase().isEmpty()) {
            migrate(
                    "Liquibase, org.liquibase:liquibase-core",
                    () -> LiquibaseMigration.run(dataSource, wish.liquibase(), testClass.getClassLoader()));
        }
        wish.seed().forEach(script -> run(script, dataSource));
        wish.prepareWith().forEach(type -> call(instance(type), dataSource, branch));
        wish.prepare().forEach(preparation -> call(preparation, dataSource, branch));
    }

    private interface Migration {
        void run() throws Exception;
    }

    private void migrate(String tool, Migration migration) {
        try {
            migration.run();
        } catch (NoClassDefFoundError e) {
            throw new ExtensionConfigurationException(
                    testClass.getName() + " asks for " + tool + ": add it in test scope.", e);
        } catch (Exception e) {
            throw new ExtensionConfigurationException(
                    "The migration of the branch of " + testClass.getName() + " with "
                            + tool.substring(0, tool.indexOf(',')) + " failed: " + e.getMessage(),
                    e);
        }
    }

    private void call(BranchPreparation preparation, DataSource dataSource, Branch branch) {
        try {
            preparation.prepare(dataSource, branch);
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new ExtensionConfigurationException(
                    "Preparing the branch of " + testClass.getName() + " with "
                            + preparation.getClass().getName() + " failed: " + e.getMessage(),
                    e);
        }
    }

    private BranchPreparation instance(Class<? extends BranchPreparation> type) {
        try {
            Constructor<? extends BranchPreparation> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true); // nested in the test class and not public, as a rule
            return constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new ExtensionConfigurationException(
                    type.getName() + " of " + testClass.getName()
                            + " could not be made: it has to be static, with a constructor without parameters.",
                    e);
        }
    }

    private void run(String script, DataSource dataSource) {
        String sql = read(script);
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
            connection.commit();
        } catch (SQLException e) {
            throw new ExtensionConfigurationException(
                    "The seed script " + script + " of " + testClass.getName() + " failed: " + e.getMessage(), e);
        }
    }

    private String read(String script) {
        String path = script.startsWith("classpath:") ? script.substring("classpath:".length()) : script;
        String resource = path.startsWith("/") ? path : "/" + path;
        try (InputStream in = testClass.getResourceAsStream(resource)) {
            if (in == null) {
                throw new ExtensionConfigurationException(
                        testClass.getName() + " names the seed script " + script + ", which is not on the class path.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ExtensionConfigurationException("The seed script " + script + " cannot be read.", e);
        }
    }
}
