package dev.lakebase.spring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses STARTER = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.lakebase.spring");

    @Test
    void onlyItsOwnPackageKnowsLakebaseLocal() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.lakebase.spring.local")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.lakebase.local..")
                .because("an application in production has no Lakebase Local on its class path")
                .check(STARTER);
    }

    @Test
    void theSdkAndTheInsidesOfTheLibraryStayOut() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.databricks..", "dev.lakebase.client.internal..", "dev.lakebase.local.api..")
                .because("the starter is made of the library's public API")
                .check(STARTER);
    }

    @Test
    void whatIsOptionalStaysInPackagesOfItsOwn() {
        noClasses()
                .that()
                .resideInAPackage("dev.lakebase.spring")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.flywaydb..",
                        "liquibase..",
                        "io.micrometer..",
                        "org.springframework.boot.health..",
                        "org.springframework.boot.actuate..",
                        "org.springframework.boot.devtools..")
                .because("an application may have none of them")
                .check(STARTER);
    }
}
