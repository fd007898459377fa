package dev.lakebase.testing;

import dev.lakebase.client.LakebaseClient;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Makes a branch the {@code DataSource} of a Spring context. Equal for equal wishes, so that classes go on to share cached
 * contexts: the branch belongs to the context, and its database is reset between classes.
 */
final class BranchContextCustomizer implements ContextCustomizer {
    private static final String BRANCH = "lakebaseTestBranch";
    private static final String CLIENT = "lakebaseTestClient";

    private final BranchWish wish;
    private final Class<?> testClass;

    /** @param testClass the first with this wish; resources are looked up and the branch is named by it */
    BranchContextCustomizer(BranchWish wish, Class<?> testClass) {
        this.wish = wish;
        this.testClass = testClass;
    }

    @Override
    public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration merged) {
        context.getEnvironment()
                .getPropertySources()
                // or the test slices would put an embedded database in its place
                .addFirst(new MapPropertySource(BRANCH, Map.of("spring.test.database.replace", "none")));
        if (!(context.getBeanFactory() instanceof BeanDefinitionRegistry registry)) {
            throw new IllegalStateException(
                    "@LakebaseTest needs a context that takes bean definitions, not " + context);
        }
        RootBeanDefinition branch = new RootBeanDefinition(
                TestBranch.class, () -> TestBranch.ofContext(TestRun.running(), wish, testClass));
        branch.setDestroyMethodName("close");
        registry.registerBeanDefinition(BRANCH, branch);
        RootBeanDefinition dataSource = new RootBeanDefinition(
                DataSource.class, () -> context.getBean(TestBranch.class).dataSource());
        dataSource.setPrimary(true);
        registry.registerBeanDefinition(BranchDataSourceProcessor.DATA_SOURCE, dataSource);
        RootBeanDefinition client = new RootBeanDefinition(
                LakebaseClient.class,
                () -> context.getBean(TestBranch.class).branch().client());
        client.setPrimary(true);
        client.setDestroyMethodName(""); // the run's, which outlives the context
        registry.registerBeanDefinition(CLIENT, client);
        context.addBeanFactoryPostProcessor(new BranchDataSourceProcessor());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BranchContextCustomizer same && wish.equals(same.wish);
    }

    @Override
    public int hashCode() {
        return Objects.hash(wish);
    }
}
