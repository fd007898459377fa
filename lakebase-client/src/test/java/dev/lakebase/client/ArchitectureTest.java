package dev.lakebase.client;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.conditions.ArchConditions.have;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.databricks.sdk.WorkspaceClient;
import com.databricks.sdk.core.DatabricksConfig;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String INTERNAL = "dev.lakebase.client.internal..";

    private final JavaClasses module = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.lakebase.client");

    @Test
    void theSdksServicesAndProtobufStayInside() {
        noClasses()
                .that()
                .resideOutsideOfPackage(INTERNAL)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.databricks.sdk.service..", "com.google.protobuf..")
                .because("they change with every release of the SDK, and users would have to follow")
                .check(module);
    }

    @Test
    void theClientKnowsNoJdbc() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..")
                .because("lakebase-jdbc is the module for that")
                .check(module);
    }

    @Test
    void onlyInternalSpeaksHttp() {
        noClasses()
                .that()
                .resideOutsideOfPackage(INTERNAL)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net.http..")
                .because("every call has to go through the transport's deadlines and redaction")
                .check(module);
    }

    @Test
    void thePublicFaceSpeaksJavaTimeAndOurOwnTypes() {
        DescribedPredicate<JavaClass> foreign = resideInAnyPackage(
                        "com.databricks..", "com.fasterxml..", "com.google..", "org.slf4j..", INTERNAL)
                .and(DescribedPredicate.not(type(WorkspaceClient.class)))
                .and(DescribedPredicate.not(type(DatabricksConfig.class)));
        codeUnits()
                .that()
                .areDeclaredInClassesThat(describe("are public and not internal", ArchitectureTest::isPublicFace))
                .and(describe("are public or protected", ArchitectureTest::isVisible))
                .should(have(describe(
                        "no foreign type in their signature",
                        unit -> unit.getRawReturnType() != null
                                && !foreign.test(unit.getRawReturnType())
                                && unit.getRawParameterTypes().stream().noneMatch(foreign))))
                .because("what users compile against has to outlive the libraries below")
                .check(module);
    }

    @Test
    void theSdksTypesEnterThroughTheBuilderOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(INTERNAL)
                .and()
                .doNotHaveSimpleName("Builder")
                .and()
                .doNotHaveSimpleName("ClientIdentity")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.databricks..")
                .check(module);
    }

    @Test
    void nobodyWaitsInItsOwnWay() {
        noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .because("every wait keeps a deadline by the injected clock")
                .check(module);
        noClasses()
                .that()
                .doNotHaveSimpleName("SystemTimeSource")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .because("time comes from the TimeSource")
                .check(module);
    }

    @Test
    void nothingIsSynchronized() throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            sources = files.filter(file -> file.toString().endsWith(".java")).toList();
        }

        assertThat(sources).isNotEmpty();
        // by the source, for ArchUnit does not see blocks
        assertThat(sources)
                .as("virtual threads on 17 to 23 would pin: a ReentrantLock does not")
                .allSatisfy(file ->
                        assertThat(Files.readString(file)).doesNotContainPattern("(?m)^[^/*]*\\bsynchronized\\b"));
    }

    @Test
    void publicClassesAreFinalOrInterfaces() {
        classes()
                .that(describe("are public and not internal", ArchitectureTest::isPublicFace))
                .and()
                .doNotHaveFullyQualifiedName(LakebaseException.class.getName())
                .should(have(describe(
                        "no subclasses elsewhere",
                        type -> type.isInterface()
                                || type.isEnum()
                                || type.getModifiers().contains(JavaModifier.FINAL))))
                .check(module);
    }

    private static boolean isPublicFace(JavaClass type) {
        return !type.getPackageName().startsWith("dev.lakebase.client.internal")
                && type.getModifiers().contains(JavaModifier.PUBLIC);
    }

    private static boolean isVisible(JavaCodeUnit unit) {
        return unit.getModifiers().contains(JavaModifier.PUBLIC)
                || unit.getModifiers().contains(JavaModifier.PROTECTED);
    }
}
