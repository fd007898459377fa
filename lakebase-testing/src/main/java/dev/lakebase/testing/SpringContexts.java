package dev.lakebase.testing;

import java.util.Arrays;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.junit.jupiter.SpringExtension;
import org.springframework.test.context.transaction.TestTransaction;
import org.springframework.util.CustomizableThreadCreator;

/** The branch of a test class's Spring context; linked only where there is one. */
final class SpringContexts {
    private SpringContexts() {}

    /** Loads the context if need be, which is what makes the branch. */
    static TestBranch branch(ExtensionContext context) {
        ApplicationContext application = SpringExtension.getApplicationContext(context);
        return application.getBean(TestBranch.class);
    }

    /** How the names of threads begin that the context's executors start when they need them, and keep. */
    static Supplier<Set<String>> threadNames(ExtensionContext context) {
        ApplicationContext application = SpringExtension.getApplicationContext(context);
        return () -> application instanceof ConfigurableApplicationContext active && active.isActive()
                ? threadNames(active.getBeanFactory())
                : Set.of();
    }

    private static Set<String> threadNames(ConfigurableListableBeanFactory beans) {
        return Arrays.stream(beans.getBeanNamesForType(CustomizableThreadCreator.class, false, false))
                .filter(beans::containsSingleton)
                .map(name ->
                        beans.getBean(name, CustomizableThreadCreator.class).getThreadNamePrefix())
                .collect(Collectors.toSet());
    }

    /** Whether Spring has begun a transaction for the test on this thread. */
    static boolean isInTransaction() {
        try {
            return TestTransaction.isActive();
        } catch (NoClassDefFoundError e) {
            return false; // spring-tx is optional, and without it nobody begins one
        }
    }
}
