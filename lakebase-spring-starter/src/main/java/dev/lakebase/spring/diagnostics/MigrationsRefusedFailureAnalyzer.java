package dev.lakebase.spring.diagnostics;

import dev.lakebase.spring.migration.MigrationsRefusedException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Migrations that were stopped before they could do harm. */
final class MigrationsRefusedFailureAnalyzer extends AbstractFailureAnalyzer<MigrationsRefusedException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, MigrationsRefusedException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.action(), cause);
    }
}
