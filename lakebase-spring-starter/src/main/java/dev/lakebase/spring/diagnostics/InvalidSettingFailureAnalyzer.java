package dev.lakebase.spring.diagnostics;

import dev.lakebase.jdbc.InvalidSettingException;
import dev.lakebase.jdbc.LakebaseDataSource;
import dev.lakebase.spring.LakebaseProperties;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** A setting that is missing, malformed or contradicted: named as the application's author knows it. */
@Order(0) // before the one for its cause
final class InvalidSettingFailureAnalyzer extends AbstractFailureAnalyzer<InvalidSettingException> {
    private static final Set<String> PROPERTIES = Arrays.stream(LakebaseProperties.class.getRecordComponents())
            .map(RecordComponent::getName)
            .collect(Collectors.toSet());

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidSettingException cause) {
        return new FailureAnalysis(
                "The Lakebase DataSource could not be configured: " + cause.getMessage(),
                action(cause.setting()),
                cause);
    }

    private static String action(String setting) {
        if (setting.equals(setting.toUpperCase(Locale.ROOT))) {
            return "Correct or unset the environment variable " + setting + ", or the property of that name.";
        }
        return switch (setting) {
            case "endpoint" ->
                "Set lakebase.endpoint, or the environment variable LAKEBASE_ENDPOINT, to"
                        + " projects/{project}/branches/{branch}/endpoints/{endpoint}; or lakebase.project and"
                        + " lakebase.branch; or set lakebase.enabled to false.";
            case "wakeBudget" ->
                "Lower lakebase.wake-budget, or raise spring.datasource.hikari.connection-timeout above it.";
            default -> "Correct " + property(setting) + ", or remove it.";
        };
    }

    /** The pool's settings are bound from HikariCP's prefix, and below it those of pgjdbc. */
    private static String property(String setting) {
        if (PROPERTIES.contains(setting)) {
            return "lakebase." + hyphenated(setting);
        }
        return BeanUtils.getPropertyDescriptor(LakebaseDataSource.class, setting) != null
                ? "spring.datasource.hikari." + hyphenated(setting)
                : "spring.datasource.hikari.data-source-properties." + setting;
    }

    private static String hyphenated(String camelCase) {
        return camelCase.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
