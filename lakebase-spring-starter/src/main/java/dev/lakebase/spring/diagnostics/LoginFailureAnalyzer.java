package dev.lakebase.spring.diagnostics;

import dev.lakebase.client.LakebaseException;
import dev.lakebase.jdbc.login.LoginFailure;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.annotation.Order;

/** A login that failed while the application started: during migrations, Hibernate's start, or {@code lakebase.fail-fast}. */
@Order(0) // before the one for its cause
final class LoginFailureAnalyzer implements FailureAnalyzer {
    /** How every message of a failed login begins, but for those that were not tried. */
    private static final String LOGIN = "Login to Lakebase failed";

    private static final String REFUSED = "Refused to log in";

    private static final int DEEPEST = 30;

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++, cause = cause.getCause()) {
            LoginFailure kind = cause instanceof SQLException ? kind(String.valueOf(cause.getMessage())) : null;
            if (kind != null) {
                String action = cause.getCause() instanceof LakebaseException reason
                        ? ControlPlaneFailureAnalyzer.action(reason)
                        : action(kind);
                return new FailureAnalysis(cause.getMessage(), action, failure);
            }
        }
        return null;
    }

    /** By the advice in the message: its SQLState is the driver's and may stand for several. Null if it is no login's. */
    private static @Nullable LoginFailure kind(String message) {
        if (message.contains(REFUSED)) {
            return LoginFailure.REFUSED;
        }
        if (!message.contains(LOGIN)) {
            return null;
        }
        return Arrays.stream(LoginFailure.values())
                .filter(kind -> message.contains(kind.advice()))
                .findFirst()
                .orElse(LoginFailure.OTHER);
    }

    private static String action(LoginFailure failure) {
        return switch (failure) {
            case REJECTED ->
                "Give the identity a Postgres role on this branch (in the workspace, or by adding the database as a resource"
                        + " of the app), or set lakebase.user to the role that the identity has.";
            case WAKING ->
                "Check the endpoint's state in the workspace. If it needs longer to wake, raise lakebase.wake-budget and"
                        + " spring.datasource.hikari.connection-timeout.";
            case FULL ->
                "Lower spring.datasource.hikari.maximum-pool-size, close other clients, or choose a larger compute.";
            case UNKNOWN_HOST ->
                "Check lakebase.endpoint, and that this machine can resolve the workspace's hosts. Leave lakebase.host and"
                        + " PGHOST out to have the host looked up.";
            case UNTRUSTED ->
                "Check lakebase.host. For a certificate authority of your own name its PEM file with"
                        + " lakebase.ssl-root-cert or PGSSLROOTCERT.";
            case NO_TLS -> "Check lakebase.host and lakebase.port: this is no Lakebase endpoint.";
            case NO_DATABASE ->
                "Set lakebase.database to the database's Postgres name (such as databricks_postgres), not its resource id.";
            case DISABLED -> "Enable the endpoint in the workspace, or name another one with lakebase.endpoint.";
            case GONE ->
                "Check the branch in the workspace, or name another one: lakebase.endpoint, or lakebase.project and"
                        + " lakebase.branch.";
            case REFUSED ->
                "Correct lakebase.host and lakebase.endpoint (PGHOST, PGPORT, LAKEBASE_ENDPOINT) so that they belong together,"
                        + " or leave the host out to have it looked up. Where a guard refused it, do as it says.";
            case NO_ANSWER -> "Check DATABRICKS_HOST, the network, and the identity's permissions in the workspace.";
            case OUT_OF_TIME ->
                "Start again. If it stays so, raise lakebase.wake-budget and"
                        + " spring.datasource.hikari.connection-timeout.";
            case ENDED, OTHER -> "Start again. If it stays so, correct what the message names.";
        };
    }
}
