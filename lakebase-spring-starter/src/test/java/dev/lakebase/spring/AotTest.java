package dev.lakebase.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.reflection;

import com.zaxxer.hikari.HikariConfig;
import dev.lakebase.spring.actuate.LakebaseHealthAutoConfiguration;
import dev.lakebase.spring.actuate.LakebaseInfoAutoConfiguration;
import dev.lakebase.spring.actuate.LakebaseMetricsAutoConfiguration;
import dev.lakebase.spring.git.LakebaseGitAutoConfiguration;
import dev.lakebase.spring.local.LakebaseLocalAutoConfiguration;
import dev.lakebase.spring.migration.LakebaseMigrationAutoConfiguration;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;

/** What processing ahead of time finds in the starter; examples/holiday-requests runs with it. */
class AotTest {
    private static RuntimeHints process(String... properties) {
        try (var context = new AnnotationConfigApplicationContext()) {
            TestPropertyValues.of(properties).applyTo(context);
            context.register(
                    LakebaseLocalAutoConfiguration.class,
                    LakebaseGitAutoConfiguration.class,
                    LakebaseAutoConfiguration.class,
                    LakebaseListenerAutoConfiguration.class,
                    LakebaseMigrationAutoConfiguration.class,
                    LakebaseHealthAutoConfiguration.class,
                    LakebaseInfoAutoConfiguration.class,
                    LakebaseMetricsAutoConfiguration.class);
            var generation = new DefaultGenerationContext(
                    new ClassNameGenerator(ClassName.get(AotTest.class)), new InMemoryGeneratedFiles());
            new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
            return generation.getRuntimeHints();
        }
    }

    @Test
    void settingsAreBoundInANativeImage() throws Exception {
        RuntimeHints hints = process("lakebase.endpoint=projects/shop/branches/production/endpoints/primary");
        assertThat(reflection().onType(LakebaseProperties.class)).accepts(hints);
        assertThat(reflection()
                        .onConstructorInvocation(LakebaseProperties.Migrations.class.getConstructor(boolean.class)))
                .as("a record that is nested in it")
                .accepts(hints);
        assertThat(reflection().onMethodInvocation(HikariConfig.class.getMethod("setMaximumPoolSize", int.class)))
                .as("spring.datasource.hikari.maximum-pool-size")
                .accepts(hints);
        assertThat(reflection()
                        .onMethodInvocation(HikariConfig.class.getMethod("setDataSourceProperties", Properties.class)))
                .as("spring.datasource.hikari.data-source-properties")
                .accepts(hints);
    }

    @Test
    void everyConfigurationCanBeProcessed() {
        assertThat(process("lakebase.local.enabled=true")).isNotNull();
        assertThat(process("lakebase.branch-from-git=true", "spring.datasource.connection-fetch=lazy"))
                .isNotNull();
    }
}
