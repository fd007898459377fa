package dev.lakebase.local;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.lakebase.local");

    @Test
    void roomsHaveNoCycles() {
        slices().matching("dev.lakebase.local.(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void storageKnowsNeitherGatewayNorApi() {
        noClasses()
                .that()
                .resideInAPackage("dev.lakebase.local.storage..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.lakebase.local", "dev.lakebase.local.api..", "dev.lakebase.local.gateway..")
                .because("a cluster is useful without a network")
                .check(MAIN);
    }

    @Test
    void gatewayDoesNotKnowTheApi() {
        noClasses()
                .that()
                .resideInAPackage("dev.lakebase.local.gateway..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.lakebase.local", "dev.lakebase.local.api..")
                .because("a login is decided by the token and the branch's roles, not by the control plane's state")
                .check(MAIN);
    }

    @Test
    void localStandsAlone() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.databricks..", "dev.lakebase.client..", "dev.lakebase.jdbc..")
                .because("it stands in for the platform: sharing code with its clients would hide errors of both")
                .check(MAIN);
    }
}
