package dev.lakebase.spring.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.client.Branch;
import dev.lakebase.client.LakebaseClient;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.spring.LakebaseAutoConfiguration;
import dev.lakebase.spring.SharedLocal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class GitBranchTest {
    @TempDir
    Path tree;

    private final ApplicationContextRunner contexts = SharedLocal.connect(new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(
                            LakebaseGitAutoConfiguration.class,
                            LakebaseAutoConfiguration.class,
                            DataSourceAutoConfiguration.class)))
            .withPropertyValues("lakebase.branch-from-git=true");

    private ApplicationContextRunner in(Path directory) {
        return contexts.withPropertyValues("lakebase.git.directory=" + directory);
    }

    private void checkOut(String head) throws IOException {
        Path git = Files.createDirectories(tree.resolve(".git"));
        Files.writeString(git.resolve("HEAD"), head + "\n");
    }

    @Test
    void theBranchIsCreatedOnceExpiresAndIsFoundAgain() throws IOException {
        checkOut("ref: refs/heads/feature/42-Refunds");
        Path inside = Files.createDirectories(tree.resolve("src/main"));
        String[] uid = new String[1];
        in(inside).run(context -> {
            LakebaseDataSource pool = context.getBean(LakebaseDataSource.class);
            assertThat(pool.branchName().branch()).startsWith("dev-feature-42-refunds-");
            Branch branch = context.getBean(LakebaseClient.class)
                    .branches(pool.branchName().projectName())
                    .get(pool.branchName().branch());
            uid[0] = branch.uid();
            assertThat(branch.source().branch()).isEqualTo("production");
            assertThat(branch.expiresAt())
                    .isBetween(
                            Instant.now().plus(Duration.ofDays(6)),
                            Instant.now().plus(Duration.ofDays(7)));
            try (Connection connection = pool.getConnection()) {
                assertThat(connection.isValid(5)).isTrue();
            }
        });
        in(tree).run(context -> assertThat(context.getBean(LakebaseClient.class)
                        .branches(SharedLocal.get().project())
                        .get(context.getBean(LakebaseDataSource.class)
                                .branchName()
                                .branch())
                        .uid())
                .isEqualTo(uid[0]));
    }

    @Test
    void theProjectOfTheProductionEndpointIsEnough() throws IOException {
        checkOut("ref: refs/heads/short");
        contexts.withPropertyValues(
                        "lakebase.git.directory=" + tree,
                        "lakebase.endpoint=" + SharedLocal.get().endpoint())
                .run(context -> assertThat(
                                context.getBean(LakebaseDataSource.class).branchName())
                        .hasToString("projects/local/branches/dev-short"));
    }

    @Test
    void parentAndExpiryAreChosen() throws IOException {
        checkOut("ref: refs/heads/of-staging");
        String parent = "of-the-team";
        try (LakebaseClient client = SharedLocal.client()) {
            client.branches(SharedLocal.get().project())
                    .create(parent, b -> b.from("production").neverExpires())
                    .await(Duration.ofMinutes(1));
        }
        in(tree).withPropertyValues("lakebase.git.parent=" + parent, "lakebase.git.expires-in=3h")
                .run(context -> {
                    var name = context.getBean(LakebaseDataSource.class).branchName();
                    Branch branch = context.getBean(LakebaseClient.class)
                            .branches(name.projectName())
                            .get(name.branch());
                    assertThat(branch.source().branch()).isEqualTo(parent);
                    assertThat(branch.expiresAt())
                            .isBetween(
                                    Instant.now().plus(Duration.ofHours(2)),
                                    Instant.now().plus(Duration.ofHours(3)));
                });
    }

    @Test
    void aDataSourceUrlWinsAndNoBranchIsMade() throws IOException {
        checkOut("ref: refs/heads/unused");
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LakebaseGitAutoConfiguration.class,
                        LakebaseAutoConfiguration.class,
                        DataSourceAutoConfiguration.class))
                .withPropertyValues(
                        "lakebase.branch-from-git=true",
                        "lakebase.project=shop",
                        "lakebase.git.directory=" + tree,
                        "spring.datasource.url=jdbc:postgresql://localhost/mine")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(DataSource.class)
                        .doesNotHaveBean(LakebaseDataSource.class));
    }

    @Test
    void whereLakebaseLocalIsWantedButMissingNoProjectIsTouched() throws IOException {
        checkOut("ref: refs/heads/not-made");
        in(tree).withPropertyValues("lakebase.local.enabled=true")
                .withClassLoader(new FilteredClassLoader(LakebaseLocal.class))
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("dev.lakebase:lakebase-local"));
    }

    @Test
    void aRepositoryWithReftablesIsRefused() throws IOException {
        checkOut("ref: refs/heads/.invalid");
        assertThatThrownBy(() -> GitHead.branch(tree))
                .isInstanceOf(NoBranchException.class)
                .hasMessageContaining("reftable");
    }

    @Test
    void aDetachedHeadIsRefused() throws IOException {
        checkOut("3f2a9c1d0e");
        in(tree).run(context -> assertThat(context.getStartupFailure())
                .hasRootCauseInstanceOf(NoBranchException.class)
                .rootCause()
                .hasMessageContaining("detached"));
    }

    @Test
    void aFolderOutsideOfGitIsRefused() {
        assertThatThrownBy(() -> GitHead.branch(Path.of("/")))
                .isInstanceOf(NoBranchException.class)
                .hasMessageContaining("no git work tree");
    }

    @Test
    void aLinkedWorkTreeIsFollowed() throws IOException {
        Path linked = Files.createDirectories(tree.resolve("linked"));
        Path folder = Files.createDirectories(tree.resolve("main/.git/worktrees/linked"));
        Files.writeString(linked.resolve(".git"), "gitdir: " + folder + "\n");
        Files.writeString(folder.resolve("HEAD"), "ref: refs/heads/side\n");

        assertThat(GitHead.branch(linked)).isEqualTo("side");
    }

    @Test
    void aProtectedBranchIsNotDevelopedOn() throws IOException {
        checkOut("ref: refs/heads/precious");
        try (LakebaseClient client = SharedLocal.client()) {
            Branch branch = client.branches(SharedLocal.get().project())
                    .create("dev-precious", b -> b.from("production").neverExpires())
                    .await(Duration.ofMinutes(1));
            SharedLocal.whileProtected(
                    branch,
                    () -> in(tree).run(context -> assertThat(context.getStartupFailure())
                            .rootCause()
                            .hasMessageContainingAll("dev-precious", "a protected branch")));
        }
    }

    @Test
    void anAppOnThePlatformDoesNotDevelop() throws IOException {
        checkOut("ref: refs/heads/short");
        in(tree).withPropertyValues("DATABRICKS_APP_PORT=8000")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("development profile"));
    }

    @Test
    void aBranchNamedBesideItIsAContradiction() throws IOException {
        checkOut("ref: refs/heads/short");
        in(tree).withPropertyValues("lakebase.branch=production")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("lakebase.branch-from-git chooses the branch"));
    }
}
