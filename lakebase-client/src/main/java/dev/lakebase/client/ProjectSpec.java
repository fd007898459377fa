package dev.lakebase.client;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a new project shall be, or what shall change of one. Filled in by the consumer given to {@link Projects#create}
 * or {@link Projects#update}; what is not set is left to the platform. A setting that can't be fails at its setter. Not
 * thread-safe.
 */
public final class ProjectSpec {
    /** The platform's limits of the history window. */
    private static final Duration SHORTEST_HISTORY = Duration.ofDays(2);

    private static final Duration LONGEST_HISTORY = Duration.ofDays(35);

    private static final List<Integer> VERSIONS = List.of(16, 17, 18);
    private static final String DEFAULTS = "default_endpoint_settings";

    private final SpecFields fields = new SpecFields();
    private final ComputeFields compute = new ComputeFields(fields, DEFAULTS);
    private @Nullable String displayName;

    ProjectSpec() {}

    /** The name that people see. Default: the id. */
    public ProjectSpec displayName(String name) {
        displayName = SpecFields.requireText("displayName(…)", name);
        fields.set("display_name").put("display_name", name);
        return this;
    }

    /** PostgreSQL's major version: 16, 17 or 18. Only of a new project. Default: the platform's. */
    public ProjectSpec pgVersion(int version) {
        if (!VERSIONS.contains(version)) {
            throw new InvalidArgumentException("pgVersion(" + version + "): expected one of " + VERSIONS + ".");
        }
        fields.setAtCreation("pgVersion(…)").put("pg_version", version);
        return this;
    }

    /**
     * How far back branches can be taken from a moment in the past.
     *
     * @param window from 2 to 35 days, in whole seconds; the platform's default is 7 days
     */
    public ProjectSpec historyRetention(Duration window) {
        fields.set("history_retention_duration")
                .put(
                        "history_retention_duration",
                        SpecFields.seconds("historyRetention(…)", window, SHORTEST_HISTORY, LONGEST_HISTORY));
        return this;
    }

    /** Whether roles with passwords of their own may log in. */
    public ProjectSpec nativeLogin(boolean enabled) {
        fields.set("enable_pg_native_login").put("enable_pg_native_login", enabled);
        return this;
    }

    /**
     * The compute sizes between which new endpoints scale, in compute units.
     *
     * @param minCu more than zero
     * @param maxCu no less than {@code minCu}
     */
    public ProjectSpec defaultAutoscaling(double minCu, double maxCu) {
        compute.autoscaling("defaultAutoscaling(…)", minCu, maxCu);
        return this;
    }

    /**
     * After how much idle time the computes of new endpoints are suspended. Better set than left to the platform, whose
     * default is not the same everywhere.
     *
     * @param idle from 60 seconds to 7 days, in whole seconds
     */
    public ProjectSpec defaultSuspendAfter(Duration idle) {
        compute.suspendAfter("defaultSuspendAfter(…)", idle);
        return this;
    }

    /** The computes of new endpoints run for ever. */
    public ProjectSpec defaultNeverSuspend() {
        compute.neverSuspend("defaultNeverSuspend()");
        return this;
    }

    SpecFields fields() {
        return fields;
    }

    @Nullable
    String displayName() {
        return displayName;
    }
}
