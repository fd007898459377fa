package dev.lakebase.spring.slices;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.spring.SharedLocal;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.jdbc.test.autoconfigure.DataJdbcTest;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase.Replace;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.boot.jooq.test.autoconfigure.JooqTest;
import org.springframework.boot.jpa.test.autoconfigure.TestEntityManager;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Spring Boot's test slices bring the Lakebase DataSource along, as they bring Spring Boot's own. */
class SliceTest {
    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {
        @Bean
        LakebaseClient lakebaseClient() {
            return SharedLocal.client();
        }
    }

    @Entity
    static class Note {
        @Id
        @GeneratedValue
        Long id;

        String text;
    }

    abstract static class OnABranch {
        @DynamicPropertySource
        static void branch(DynamicPropertyRegistry properties) {
            String branch = SharedLocal.newBranch().name().branch();
            properties.add("lakebase.project", () -> SharedLocal.get().project());
            properties.add("lakebase.branch", () -> branch);
            properties.add("lakebase.ssl-root-cert", () -> SharedLocal.get().caCertificate());
        }

        @Autowired
        DataSource dataSource;

        @Test
        void theDataSourceIsOurs() {
            assertThat(dataSource).isInstanceOf(LakebaseDataSource.class);
        }

        @Test
        void migrationsKeepOffProductionHereToo(@Autowired ApplicationContext context) {
            assertThat(context.containsBean("lakebaseFlywayGuard")).isTrue();
            assertThat(context.containsBean("lakebaseLiquibaseGuard")).isTrue();
        }
    }

    /** Development's own branch, not the one that the endpoint names for production. */
    @Nested
    @JdbcTest
    @AutoConfigureTestDatabase(replace = Replace.NONE)
    class OfAGitBranch {
        @TempDir
        static Path workTree;

        @DynamicPropertySource
        static void gitBranch(DynamicPropertyRegistry properties) throws IOException {
            Files.createDirectories(workTree.resolve(".git"));
            Files.writeString(workTree.resolve(".git/HEAD"), "ref: refs/heads/slices");
            properties.add("lakebase.branch-from-git", () -> true);
            properties.add("lakebase.git.directory", () -> workTree);
            properties.add("lakebase.endpoint", () -> SharedLocal.get().endpoint());
            properties.add("lakebase.ssl-root-cert", () -> SharedLocal.get().caCertificate());
        }

        @Test
        void theDataSourceIsOnIt(@Autowired LakebaseDataSource dataSource) {
            assertThat(dataSource.branchName()).hasToString("projects/local/branches/dev-slices");
        }
    }

    @Nested
    @JdbcTest
    @AutoConfigureTestDatabase(replace = Replace.NONE)
    class OfJdbc extends OnABranch {
        @Test
        void jdbcClientQueriesTheBranch(@Autowired JdbcClient jdbc) {
            assertThat(jdbc.sql("select current_user").query(String.class).single())
                    .isEqualTo(SharedLocal.get().user());
        }
    }

    @Nested
    @DataJpaTest(properties = "spring.jpa.hibernate.ddl-auto=create")
    @AutoConfigureTestDatabase(replace = Replace.NONE)
    class OfJpa extends OnABranch {
        @Test
        void entitiesAreStoredOnTheBranch(@Autowired TestEntityManager entities) {
            var note = new Note();
            note.text = "kept";
            Object id = entities.persistAndGetId(note);
            entities.flush();
            entities.clear();
            assertThat(entities.find(Note.class, id).text).isEqualTo("kept");
        }
    }

    @Nested
    @DataJdbcTest
    @AutoConfigureTestDatabase(replace = Replace.NONE)
    class OfDataJdbc extends OnABranch {
        @Test
        void aggregatesAreStoredOnTheBranch(@Autowired JdbcClient jdbc, @Autowired Pages pages) {
            jdbc.sql("create table page (id bigint generated always as identity primary key, title text)")
                    .update();
            Page saved = pages.save(new Page(null, "first"));
            assertThat(pages.findById(saved.id())).contains(saved);
        }
    }

    @Nested
    @JooqTest
    @AutoConfigureTestDatabase(replace = Replace.NONE)
    class OfJooq extends OnABranch {
        @Test
        void jooqQueriesTheBranch(@Autowired DSLContext jooq) {
            assertThat(jooq.fetchValue("select 1 + 1")).isEqualTo(2);
        }
    }
}
