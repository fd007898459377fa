package dev.lakebase.spring.git;

import dev.lakebase.client.LakebaseClient;
import dev.lakebase.spring.LakebaseAutoConfiguration;
import dev.lakebase.spring.LakebaseCondition;
import dev.lakebase.spring.LakebaseConnectionDetails;
import dev.lakebase.spring.LakebaseProperties;
import javax.sql.DataSource;
import javax.sql.XADataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JndiDataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.XADataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;

/**
 * For development: connects to the branch {@code dev-<git branch>}, a copy of {@code lakebase.git.parent} that expires.
 * Unlike the rest of the starter it asks the control plane at start-up, and creates the branch if it is not there.
 */
@AutoConfiguration(
        before = LakebaseAutoConfiguration.class,
        after = {JndiDataSourceAutoConfiguration.class, XADataSourceAutoConfiguration.class},
        afterName = "dev.lakebase.spring.local.LakebaseLocalAutoConfiguration")
@ConditionalOnBooleanProperty("lakebase.branch-from-git")
@ConditionalOnBooleanProperty(name = "lakebase.local.enabled", havingValue = false, matchIfMissing = true)
@Conditional(LakebaseCondition.class)
@ConditionalOnMissingBean({
    DataSource.class,
    XADataSource.class,
    JdbcConnectionDetails.class,
    LakebaseConnectionDetails.class
})
@EnableConfigurationProperties(LakebaseProperties.class)
public final class LakebaseGitAutoConfiguration {
    @Bean
    LakebaseConnectionDetails lakebaseConnectionDetails(
            LakebaseProperties properties, LakebaseClient client, Environment environment) {
        return GitBranch.connect(properties, client, environment);
    }
}
