package dev.lakebase.testing;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.commons.support.AnnotationSupport;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;

/** Puts the branch of a {@link LakebaseTest} class into its Spring context. Found by Spring's test framework. */
final class BranchContextCustomizerFactory implements ContextCustomizerFactory {
    /** For Spring. */
    BranchContextCustomizerFactory() {}

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> configAttributes) {
        Class<?> outermost = testClass;
        while (outermost.getEnclosingClass() != null && wish(outermost) == null) {
            outermost = outermost.getEnclosingClass();
        }
        BranchWish wish = wish(outermost);
        return wish == null ? null : new BranchContextCustomizer(wish, outermost);
    }

    private static @Nullable BranchWish wish(Class<?> testClass) {
        return AnnotationSupport.findAnnotation(testClass, LakebaseTest.class)
                .map(BranchWish::of)
                .orElseGet(() -> registered(testClass));
    }

    private static @Nullable BranchWish registered(Class<?> testClass) {
        return AnnotationSupport.findAnnotatedFields(testClass, RegisterExtension.class).stream()
                .filter(field -> field.getType() == LakebaseExtension.class && Modifier.isStatic(field.getModifiers()))
                .findFirst()
                .map(BranchContextCustomizerFactory::extension)
                .map(LakebaseExtension::wish)
                .orElse(null);
    }

    private static @Nullable LakebaseExtension extension(Field field) {
        try {
            field.setAccessible(true);
            return (LakebaseExtension) field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("The extension of " + field + " can't be read", e);
        }
    }
}
