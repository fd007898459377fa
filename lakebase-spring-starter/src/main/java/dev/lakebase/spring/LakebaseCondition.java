package dev.lakebase.spring;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Whether the application asks for Lakebase, and for no other database. Where it names one with
 * {@code spring.datasource.url}, that one wins, except over {@code lakebase.local.enabled}, which is a wish for this run.
 */
public final class LakebaseCondition extends SpringBootCondition {
    static final String ENABLED = "lakebase.enabled";
    static final String LOCAL = "lakebase.local.enabled";
    static final String FROM_GIT = "lakebase.branch-from-git";
    static final String URL = "spring.datasource.url";

    private static final List<String> TARGETS = List.of("lakebase.endpoint", "lakebase.branch", "lakebase.project");

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        var message = ConditionMessage.forCondition("Lakebase DataSource");
        Environment environment = context.getEnvironment();
        if (!environment.getProperty(ENABLED, Boolean.class, true)) {
            return ConditionOutcome.noMatch(message.because(ENABLED + " is false"));
        }
        if (environment.getProperty(LOCAL, Boolean.class, false)) {
            return ConditionOutcome.match(message.because(LOCAL + " is true"));
        }
        String target = target(environment);
        if (target == null) {
            return ConditionOutcome.noMatch(
                    message.didNotFind("a target").items(TARGETS) + ", nor " + FROM_GIT + ", nor " + LOCAL);
        }
        return namesAnotherDatabase(environment)
                ? ConditionOutcome.noMatch(message.because(
                        URL + " names another database, so " + target + " is not used; remove one of them"))
                : ConditionOutcome.match(message.because(target + " is set and " + URL + " is not"));
    }

    /** The property that asks for Lakebase, or null. */
    static @Nullable String target(Environment environment) {
        for (String name : TARGETS) {
            if (environment.containsProperty(name)) {
                return name;
            }
        }
        return environment.getProperty(FROM_GIT, Boolean.class, false) ? FROM_GIT : null;
    }

    static boolean namesAnotherDatabase(Environment environment) {
        return StringUtils.hasText(environment.getProperty(URL));
    }
}
