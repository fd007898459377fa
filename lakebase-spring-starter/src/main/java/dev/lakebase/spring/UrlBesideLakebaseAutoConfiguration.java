package dev.lakebase.spring;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Warns an application that names both a Lakebase target and a {@code spring.datasource.url}: the latter is used. */
@AutoConfiguration
@Conditional(UrlBesideLakebaseAutoConfiguration.Both.class)
final class UrlBesideLakebaseAutoConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(UrlBesideLakebaseAutoConfiguration.class);

    UrlBesideLakebaseAutoConfiguration(Environment environment) {
        LOG.warn(
                "{} is set, and {} as well: the application connects to the latter, without Lakebase tokens. Remove one of"
                        + " them, or set {} to false.",
                LakebaseCondition.target(environment),
                LakebaseCondition.URL,
                LakebaseCondition.ENABLED);
    }

    static final class Both extends SpringBootCondition {
        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            Environment environment = context.getEnvironment();
            String target = LakebaseCondition.target(environment);
            boolean both = target != null
                    && LakebaseCondition.namesAnotherDatabase(environment)
                    && environment.getProperty(LakebaseCondition.ENABLED, Boolean.class, true)
                    && !environment.getProperty(LakebaseCondition.LOCAL, Boolean.class, false);
            var message = ConditionMessage.forCondition("Lakebase beside " + LakebaseCondition.URL);
            return new ConditionOutcome(both, message.because(both ? target + " is set as well" : "no conflict"));
        }
    }
}
