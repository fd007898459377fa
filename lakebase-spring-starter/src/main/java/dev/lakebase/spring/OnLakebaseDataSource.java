package dev.lakebase.spring;

import dev.lakebase.jdbc.LakebaseDataSource;
import java.util.Objects;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Whether there is a {@link LakebaseDataSource} bean, be it one that is no default candidate: {@code @ConditionalOnBean} does
 * not see those.
 */
public final class OnLakebaseDataSource extends SpringBootCondition implements ConfigurationCondition {
    @Override
    public ConfigurationPhase getConfigurationPhase() {
        return ConfigurationPhase.REGISTER_BEAN;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        String[] pools = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(
                Objects.requireNonNull(context.getBeanFactory()), LakebaseDataSource.class, true, false);
        var message = ConditionMessage.forCondition("Lakebase pools");
        return pools.length == 0
                ? ConditionOutcome.noMatch(message.didNotFind("a bean").items(LakebaseDataSource.class.getName()))
                : ConditionOutcome.match(message.found("bean", "beans").items((Object[]) pools));
    }
}
