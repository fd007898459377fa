package dev.lakebase.testing;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** What a test class asks for. Equal wishes may share a branch, or a Spring context. */
record BranchWish(
        String from,
        BranchScope scope,
        Isolation isolation,
        String database,
        List<String> flyway,
        String liquibase,
        List<String> seed,
        List<Class<? extends BranchPreparation>> prepareWith,
        List<BranchPreparation> prepare,
        boolean readOnly,
        Duration expiry,
        boolean keepOnFailure,
        LeakPolicy leaks) {
    BranchWish {
        flyway = List.copyOf(flyway);
        seed = List.copyOf(seed);
        prepareWith = List.copyOf(prepareWith);
        prepare = List.copyOf(prepare);
    }

    static BranchWish of(LakebaseTest annotation) {
        return new BranchWish(
                annotation.from(),
                annotation.scope(),
                annotation.isolation(),
                annotation.database(),
                List.of(annotation.flyway()),
                annotation.liquibase(),
                List.of(annotation.seed()),
                List.of(annotation.prepare()),
                List.of(),
                annotation.readOnly(),
                expiry(annotation.expiry()),
                annotation.keepOnFailure(),
                annotation.leaks());
    }

    private static Duration expiry(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new ExtensionConfigurationException(
                    "@LakebaseTest(expiry = \"" + text + "\"): expected an ISO-8601 duration such as PT1H.", e);
        }
    }

    /** All classes with this wish use one branch. */
    boolean isShared() {
        return readOnly || scope == BranchScope.SUITE;
    }

    /** Every method has a branch of its own. */
    boolean isPerMethod() {
        return !readOnly && scope == BranchScope.METHOD && isolation == Isolation.BRANCH;
    }

    /** Every method has the database anew, in one branch. */
    boolean isReset() {
        return !readOnly && scope == BranchScope.METHOD && isolation == Isolation.TEMPLATE;
    }
}
