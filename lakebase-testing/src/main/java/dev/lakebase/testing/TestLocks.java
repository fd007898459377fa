package dev.lakebase.testing;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.parallel.ResourceLocksProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Which tests JUnit must not run at once although it may run tests in parallel: methods of a class whose database is
 * exchanged between them, and classes that may share a Spring context. A lock of a class keeps its methods on one thread.
 * Called by JUnit.
 */
final class TestLocks implements ResourceLocksProvider {
    private static final String PREFIX = "dev.lakebase.testing.";

    /** For JUnit. */
    TestLocks() {}

    @Override
    public Set<Lock> provideForClass(Class<?> testClass) {
        Set<Lock> locks = new HashSet<>();
        if (SpringTests.isSpringTest(testClass)) {
            locks.add(new Lock(PREFIX + "spring"));
        }
        AnnotationSupport.findAnnotation(testClass, LakebaseTest.class)
                .filter(wish -> wish.scope() == BranchScope.METHOD && wish.isolation() == Isolation.TEMPLATE)
                .ifPresent(wish -> locks.add(new Lock(PREFIX + testClass.getName())));
        return locks;
    }
}
