package dev.lakebase.spring.diagnostics;

import dev.lakebase.spring.git.NoBranchException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** {@code lakebase.branch-from-git} found no git branch to go by. */
final class NoBranchFailureAnalyzer extends AbstractFailureAnalyzer<NoBranchException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NoBranchException cause) {
        return new FailureAnalysis(
                "lakebase.branch-from-git: " + cause.getMessage(),
                "Check out a git branch of your own, name the work tree with lakebase.git.directory, or set lakebase.branch"
                        + " in place of lakebase.branch-from-git.",
                cause);
    }
}
