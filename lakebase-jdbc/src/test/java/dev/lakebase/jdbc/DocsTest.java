package dev.lakebase.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.EndpointName;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.login.LakebaseConnector;
import dev.lakebase.jdbc.login.LakebaseListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/datasource.md says what the code does. */
class DocsTest {
    private static final Path PAGE = Path.of("../docs/datasource.md");
    private static final Path HERE = Path.of("src/test/java/dev/lakebase/jdbc/DocsTest.java");

    @Test
    void everySnippetIsCompiledHere() throws Exception {
        String code = withoutSpace(Files.readString(HERE));
        var blocks = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
        List<String> snippets = new ArrayList<>();
        while (blocks.find()) {
            snippets.add(withoutSpace(blocks.group(1)));
        }
        assertThat(snippets).hasSize(4).allSatisfy(snippet -> assertThat(code).contains(snippet));
    }

    @Test
    void everySettingOfTheBuilderIsInTheTable() throws Exception {
        String page = Files.readString(PAGE);
        Arrays.stream(LakebaseDataSource.Builder.class.getDeclaredMethods())
                .filter(method -> java.lang.reflect.Modifier.isPublic(method.getModifiers()))
                .map(java.lang.reflect.Method::getName)
                .filter(name -> !name.equals("build"))
                .forEach(name -> assertThat(page).containsPattern("`" + name + "[`(]"));
    }

    static void pooled() throws SQLException {
        try (LakebaseDataSource dataSource = LakebaseDataSource.builder()
                        .endpoint("projects/shop/branches/production/endpoints/primary")
                        .database("databricks_postgres")
                        .applicationName("orders")
                        .statementTimeout(Duration.ofSeconds(30))
                        .maximumPoolSize(20)
                        .build();
                Connection connection = dataSource.getConnection()) {
            connection.isValid(5);
        }
    }

    static int reading(LakebaseDataSource dataSource) throws SQLException {
        int open = dataSource.readOnly(connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select count(*) from purchase where not shipped")) {
                rows.next();
                return rows.getInt(1);
            }
        });
        return open;
    }

    static void listening(List<String> alarms) {
        try (LakebaseDataSource dataSource = LakebaseDataSource.builder()
                .endpoint("projects/shop/branches/production/endpoints/primary")
                .name("orders")
                .listener(new LakebaseListener() {
                    @Override
                    public void rejected(Rejected event) {
                        alarms.add(event.name() + ": " + event.reason() + " after " + event.took());
                    }
                })
                .build()) {
            assertThat(dataSource).isNotNull();
        }
    }

    static void unpooled(LakebaseClient client) throws SQLException {
        try (LakebaseConnector connector = LakebaseConnector.builder()
                        .client(client)
                        .endpoint(EndpointName.parse("projects/shop/branches/production/endpoints/primary"))
                        .build();
                Connection connection = connector.getConnection()) {
            connection.isValid(5);
        }
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s+", "");
    }
}
