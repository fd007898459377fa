package dev.lakebase.spring.clinic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.local.LakebaseLocal;
import dev.lakebase.spring.SharedLocal;
import jakarta.validation.ConstraintViolationException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An ordinary application (JPA, validation, SQL scripts, a cache, the actuator) that knows nothing of Lakebase: it gets the
 * dependency and {@code lakebase.*} properties, and runs.
 */
class ClinicTest {
    private static ConfigurableApplicationContext start(Map<String, Object> more, String... arguments) {
        return new SpringApplicationBuilder(ClinicApplication.class)
                .web(WebApplicationType.NONE)
                .properties(more)
                .properties(
                        "spring.jpa.hibernate.ddl-auto=validate",
                        "spring.jpa.open-in-view=false",
                        "spring.sql.init.mode=always",
                        "spring.sql.init.schema-locations=classpath:clinic/schema.sql",
                        "spring.sql.init.data-locations=classpath:clinic/data.sql",
                        "management.endpoint.health.show-details=always")
                .run(arguments);
    }

    @Test
    void theApplicationRunsUnchanged() {
        useEverything(Map.of("lakebase.local.enabled", true));
    }

    /** In a process whose environment knows a workspace, as a developer's does. */
    @Test
    void itRunsOnABranchOfAProjectToo() throws Exception {
        LakebaseLocal local = SharedLocal.get();
        var command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-classpath",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ClinicTest.class.getName(),
                        "--lakebase.project=" + local.project(),
                        "--lakebase.branch=" + SharedLocal.newBranch().name().branch(),
                        "--lakebase.ssl-root-cert=" + local.caCertificate())
                .redirectErrorStream(true);
        command.environment().put("DATABRICKS_HOST", local.host().toString());
        command.environment().put("DATABRICKS_TOKEN", local.token());
        Process application = command.start();
        String log = new String(application.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(application.waitFor()).as(log).isZero();
        assertThat(log).contains("everything works");
    }

    public static void main(String[] arguments) {
        useEverything(Map.of(), arguments);
        System.out.println("everything works");
    }

    private static void useEverything(Map<String, Object> settings, String... arguments) {
        try (var context = start(settings, arguments)) {
            Owners owners = context.getBean(Owners.class);
            Registry registry = context.getBean(Registry.class);

            assertThat(owners.findByLastName("Davis")).extracting(Owner::name).containsExactly("Betty Davis");
            assertThat(owners.findByLastName("Davis").get(0).pets())
                    .extracting(Pet::name)
                    .containsExactly("Basil");
            assertThat(registry.register("Ada", "Lovelace", "Byron").id()).isNotNull();
            assertThatThrownBy(() -> registry.register("", "Nobody", "Rex"))
                    .isInstanceOf(ConstraintViolationException.class);
            assertThat(registry.count()).isEqualTo(3);
            registry.register("Grace", "Hopper", "Bug");
            assertThat(registry.count()).as("cached").isEqualTo(3);
            assertThat(context.getBean(HealthEndpoint.class).health().getStatus())
                    .isEqualTo(Status.UP);
        }
    }

    @Test
    void transactionsRollBack() {
        try (var context =
                start(Map.of("lakebase.local.enabled", true, "spring.datasource.connection-fetch", "lazy"))) {
            Registry registry = context.getBean(Registry.class);

            assertThatThrownBy(() -> registry.registerTwice("Alan", "Turing", "Enigma"))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(context.getBean(Owners.class).findByLastName("Turing")).isEmpty();
        }
    }
}
