package dev.lakebase.client;

import java.time.Duration;
import java.util.Map;

/**
 * What a new endpoint shall be, or what shall change of one. Filled in by the consumer given to {@link Endpoints#create}
 * or {@link Endpoints#update}; what is not set is left to the project's defaults, or as it was. A setting that can't be
 * fails at its setter. Not thread-safe.
 */
public final class EndpointSpec {
    private static final String TYPE = "type";
    private static final String SWITCH = "switch";

    private final SpecFields fields = new SpecFields();
    private final ComputeFields compute = new ComputeFields(fields, "");

    EndpointSpec() {}

    /** Sessions may read only. Of a new endpoint, which is one of this or {@link #readWrite}. */
    public EndpointSpec readOnly() {
        fields.choose(TYPE, "readOnly()");
        fields.setAtCreation("readOnly()").put("endpoint_type", "ENDPOINT_TYPE_READ_ONLY");
        return this;
    }

    /** Sessions may write. A branch has one such endpoint, and is born with it. */
    public EndpointSpec readWrite() {
        fields.choose(TYPE, "readWrite()");
        fields.setAtCreation("readWrite()").put("endpoint_type", "ENDPOINT_TYPE_READ_WRITE");
        return this;
    }

    /**
     * The compute sizes between which it scales, in compute units.
     *
     * @param minCu more than zero
     * @param maxCu no less than {@code minCu}
     */
    public EndpointSpec autoscaling(double minCu, double maxCu) {
        compute.autoscaling("autoscaling(…)", minCu, maxCu);
        return this;
    }

    /**
     * After how much idle time its compute is suspended. The next login wakes it.
     *
     * @param idle from 60 seconds to 7 days, in whole seconds
     */
    public EndpointSpec suspendAfter(Duration idle) {
        compute.suspendAfter("suspendAfter(…)", idle);
        return this;
    }

    /** Its compute runs for ever, and costs money for ever. */
    public EndpointSpec neverSuspend() {
        compute.neverSuspend("neverSuspend()");
        return this;
    }

    /** Its compute stops, its sessions end, and logins are refused until it is enabled again. */
    public EndpointSpec disabled() {
        return disabled("disabled()", true);
    }

    /** Logins wake its compute. */
    public EndpointSpec enabled() {
        return disabled("enabled()", false);
    }

    private EndpointSpec disabled(String setter, boolean disabled) {
        fields.choose(SWITCH, setter);
        fields.set("disabled").put("disabled", disabled);
        return this;
    }

    /** PostgreSQL's settings of the compute, instead of those that it has. */
    public EndpointSpec pgSettings(Map<String, String> settings) {
        var json = fields.setIn("settings", "pg_settings").putObject("pg_settings");
        settings.forEach(json::put);
        return this;
    }

    boolean hasType() {
        return fields.isChosen(TYPE);
    }

    SpecFields fields() {
        return fields;
    }
}
