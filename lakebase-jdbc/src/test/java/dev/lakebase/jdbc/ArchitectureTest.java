package dev.lakebase.jdbc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.lakebase.jdbc");

    @Test
    void knowsNoSpringNoSdkAndNoLocalPlatform() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework..", "com.databricks..", "dev.lakebase.local..")
                .because("the DataSource works without a framework, and the SDK is the client's business")
                .check(CLASSES);
    }

    @Test
    void onlyTheClientsFaceIsUsed() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.lakebase.client.internal..")
                .because("internal means the client's own")
                .check(CLASSES);
    }

    @Test
    void theLoginDoesNotKnowThePool() {
        noClasses()
                .that()
                .resideInAPackage("dev.lakebase.jdbc.login..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.zaxxer..", "dev.lakebase.jdbc")
                .because("the connector serves any pool, or none")
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.lakebase.(jdbc..)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void publicTypesAreFinalInterfacesOrTheDataSource() {
        classes()
                .that()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .and()
                .areNotInterfaces()
                .and()
                .areNotEnums()
                .and()
                .doNotHaveSimpleName("LakebaseDataSource")
                .should()
                .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL)
                .because("what can be extended can't be changed")
                .check(CLASSES);
    }
}
