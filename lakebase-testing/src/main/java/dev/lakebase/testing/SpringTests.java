package dev.lakebase.testing;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.commons.support.AnnotationSupport;

/** Tells Spring's tests by name: Spring is optional. */
final class SpringTests {
    private static final String EXTENSION = "org.springframework.test.context.junit.jupiter.SpringExtension";

    private SpringTests() {}

    static boolean isSpringTest(Class<?> testClass) {
        return AnnotationSupport.findRepeatableAnnotations(testClass, ExtendWith.class).stream()
                .flatMap(extendWith -> java.util.Arrays.stream(extendWith.value()))
                .anyMatch(extension -> extension.getName().equals(EXTENSION));
    }
}
