package dev.lakebase.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.lakebase.testing");

    @Test
    void onlyTheLocalPlatformKnowsLakebaseLocal() {
        noClasses()
                .that()
                .doNotHaveSimpleName("LocalPlatform")
                .and()
                .doNotHaveSimpleName("LocalEndpoints")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.lakebase.local..")
                .because("lakebase-local is optional: without it a test class must fail with advice, not at linking")
                .check(classes);
    }

    @Test
    void onlyTheContextCustomizerKnowsSpring() {
        noClasses()
                .that()
                .haveSimpleNameNotStartingWith("BranchContextCustomizer")
                .and()
                .doNotHaveSimpleName("BranchDataSourceProcessor")
                .and()
                .doNotHaveSimpleName("SpringContexts")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.springframework..")
                .because("a plain JUnit test needs no Spring")
                .check(classes);
    }

    @Test
    void migrationToolsAreOptional() {
        noClasses()
                .that()
                .doNotHaveSimpleName("FlywayMigration")
                .and()
                .doNotHaveSimpleName("LiquibaseMigration")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.flywaydb..", "liquibase..")
                .because("most tests need neither")
                .check(classes);
    }

    @Test
    void theGuardNamesNoJUnit() {
        noClasses()
                .that()
                .haveSimpleName("RunGuard")
                .or()
                .haveSimpleName("AllowedEndpoints")
                .or()
                .haveSimpleName("RunEndpoints")
                .or()
                .haveSimpleName("RunBranches")
                .or()
                .haveSimpleName("LocalEndpoints")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.junit..", "org.opentest4j..")
                .because("it guards a plain main, too")
                .check(classes);
    }

    @Test
    void theSdkStaysOut() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.databricks..")
                .because("the client hides it")
                .check(classes);
    }
}
