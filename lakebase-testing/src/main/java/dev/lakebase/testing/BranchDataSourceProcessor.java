package dev.lakebase.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;

/**
 * Takes the place of the {@code DataSource} that the application itself defines: the only one, or the primary one. Further
 * ones are left alone.
 */
final class BranchDataSourceProcessor implements BeanDefinitionRegistryPostProcessor {
    static final String DATA_SOURCE = "lakebaseTestDataSource";

    private static final Logger LOG = LoggerFactory.getLogger(BranchDataSourceProcessor.class);

    /** What auto-configuration and {@code @Qualifier} know it as. */
    private static final String USUAL_NAME = "dataSource";

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        // the application's own definitions are not read yet
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory factory) {
        if (!(factory instanceof BeanDefinitionRegistry registry)) {
            return;
        }
        List<String> others =
                new ArrayList<>(Arrays.asList(factory.getBeanNamesForType(DataSource.class, true, false)));
        others.remove(DATA_SOURCE);
        String replaced = others.size() == 1
                ? others.get(0)
                : others.stream()
                        .filter(name -> factory.containsBeanDefinition(name)
                                && factory.getBeanDefinition(name).isPrimary())
                        .findFirst()
                        .orElse("");
        if (factory.containsBeanDefinition(replaced)) {
            LOG.info("The test branch takes the place of DataSource bean '{}'", replaced);
            registry.removeBeanDefinition(replaced);
            registry.registerAlias(DATA_SOURCE, replaced);
        }
        if (!factory.containsBean(USUAL_NAME)) {
            registry.registerAlias(DATA_SOURCE, USUAL_NAME);
        }
    }
}
