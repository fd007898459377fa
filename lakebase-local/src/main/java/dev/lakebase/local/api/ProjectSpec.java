package dev.lakebase.local.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a request says about a project. Null: nothing. */
record ProjectSpec(
        @Nullable String displayName,
        @Nullable Integer pgVersion,
        @Nullable String defaultBranch,
        @Nullable Duration historyRetention,
        @Nullable Boolean nativeLogin,
        @Nullable JsonNode customTags,
        EndpointSpec endpointSettings) {
    static final Set<String> MASKS = Set.of(
            "spec",
            "initial_branch_spec",
            "initial_endpoint_spec",
            "spec.budget_policy_id",
            "spec.custom_tags",
            "spec.default_branch",
            "spec.default_endpoint_settings",
            "spec.default_endpoint_settings.autoscaling_limit_max_cu",
            "spec.default_endpoint_settings.autoscaling_limit_min_cu",
            "spec.default_endpoint_settings.pg_settings",
            "spec.default_endpoint_settings.suspension",
            "spec.display_name",
            "spec.enable_pg_native_login",
            "spec.history_retention_duration");
    private static final int OLDEST_VERSION = 16;
    private static final int NEWEST_VERSION = 18;
    private static final Duration MIN_RETENTION = Duration.ofDays(2);
    private static final Duration MAX_RETENTION = Duration.ofDays(35);

    static ProjectSpec of(ObjectNode spec) {
        Duration retention = Json.duration(spec, "history_retention_duration");
        if (retention != null && (retention.compareTo(MIN_RETENTION) < 0 || retention.compareTo(MAX_RETENTION) > 0)) {
            throw ApiException.invalid(
                    "Field 'spec.history_retention_duration' must be between 2 and 35 days (172800s and 3024000s)");
        }
        return new ProjectSpec(
                Json.text(spec, "display_name"),
                version(spec.path("pg_version")),
                Json.text(spec, "default_branch"),
                retention,
                Json.bool(spec, "enable_pg_native_login"),
                spec.get("custom_tags"),
                EndpointSpec.of(Json.child(spec, "default_endpoint_settings")));
    }

    private static @Nullable Integer version(JsonNode version) {
        if (version.isMissingNode() || version.isNull()) {
            return null;
        }
        int number = version.asInt(0); // an int64, so perhaps a string
        if (number < OLDEST_VERSION || number > NEWEST_VERSION) {
            throw ApiException.invalid("Field 'spec.pg_version' must be 16, 17 or 18");
        }
        return number;
    }

    /** Changes what the mask names, under the tree's lock; all of it or nothing. */
    void applyTo(ProjectNode project, UpdateMask mask) {
        String branch = mask.covers("spec.default_branch") ? defaultBranch : null;
        String newDefault = branch == null ? project.defaultBranch : defaultBranch(project, branch);
        ComputeSettings settings = endpointSettings.over(project.settings, mask, "spec.default_endpoint_settings.");
        project.settings = settings;
        project.defaultBranch = newDefault;
        if (displayName != null && mask.covers("spec.display_name")) {
            project.displayName = displayName;
        }
        if (historyRetention != null && mask.covers("spec.history_retention_duration")) {
            project.historyRetention = historyRetention;
        }
        if (nativeLogin != null && mask.covers("spec.enable_pg_native_login")) {
            project.nativeLogin = nativeLogin;
        }
        if (customTags != null && mask.covers("spec.custom_tags")) {
            project.customTags = customTags;
        }
    }

    private static String defaultBranch(ProjectNode project, String name) {
        String prefix = project.name() + "/branches/";
        BranchNode branch = name.startsWith(prefix) ? project.branches.get(name.substring(prefix.length())) : null;
        if (branch == null) {
            throw ApiException.notFound("branch");
        }
        branch.usableCluster();
        if (branch.expireTime != null) {
            throw ApiException.badRequest("the default branch cannot have an expiration date");
        }
        return branch.id;
    }
}
