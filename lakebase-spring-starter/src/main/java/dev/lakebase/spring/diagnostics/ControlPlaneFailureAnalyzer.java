package dev.lakebase.spring.diagnostics;

import dev.lakebase.client.LakebaseException;
import dev.lakebase.client.NotFoundException;
import dev.lakebase.client.PermissionDeniedException;
import dev.lakebase.client.QuotaExceededException;
import dev.lakebase.client.UnauthenticatedException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A call to the control plane that failed while the application started. */
final class ControlPlaneFailureAnalyzer extends AbstractFailureAnalyzer<LakebaseException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, LakebaseException cause) {
        return new FailureAnalysis(
                "The Lakebase control plane did not do what the start needs: " + cause.getMessage(),
                action(cause),
                cause);
    }

    static String action(LakebaseException failure) {
        if (failure instanceof UnauthenticatedException) {
            return "Set DATABRICKS_HOST with DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, or with DATABRICKS_TOKEN, or"
                    + " choose a profile with DATABRICKS_CONFIG_PROFILE.";
        }
        if (failure instanceof PermissionDeniedException) {
            return "Give the identity the permission that is named, on the project, or start as another identity.";
        }
        if (failure instanceof NotFoundException) {
            return "Check lakebase.endpoint, or lakebase.project and lakebase.branch: ids are case-sensitive, and uids (br-…,"
                    + " ep-…) are no ids.";
        }
        if (failure instanceof QuotaExceededException) {
            return "Delete branches that nobody needs, or let them expire, then start again.";
        }
        return failure.retryable()
                ? "Start again; if it stays so, check DATABRICKS_HOST and the network."
                : "Correct what the message names, then start again.";
    }
}
