package dev.lakebase.client.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lakebase.client.Branch;
import dev.lakebase.client.BranchName;
import dev.lakebase.client.BranchState;
import dev.lakebase.client.Catalog;
import dev.lakebase.client.CatalogName;
import dev.lakebase.client.Database;
import dev.lakebase.client.DatabaseName;
import dev.lakebase.client.Endpoint;
import dev.lakebase.client.EndpointName;
import dev.lakebase.client.EndpointState;
import dev.lakebase.client.EndpointType;
import dev.lakebase.client.Instance;
import dev.lakebase.client.InstanceName;
import dev.lakebase.client.InstanceState;
import dev.lakebase.client.InvalidArgumentException;
import dev.lakebase.client.Project;
import dev.lakebase.client.ProjectName;
import dev.lakebase.client.Role;
import dev.lakebase.client.RoleIdentity;
import dev.lakebase.client.RoleLogin;
import dev.lakebase.client.RoleName;
import dev.lakebase.client.SyncedTable;
import dev.lakebase.client.SyncedTableName;
import dev.lakebase.client.SyncedTableState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes the library's records of the platform's JSON. */
public final class Resources {
    private Resources() {}

    public static Branch branch(JsonNode json) {
        JsonNode status = Json.child(json, "status");
        String state = state(status, "current_state", "BRANCH_STATE_");
        String source = Json.optionalText(status, "source_branch");
        return new Branch(
                name(json, BranchName::parse),
                Json.text(json, "uid"),
                known(BranchState.class, state, BranchState.UNRECOGNIZED),
                state,
                orNull(state(status, "pending_state", "BRANCH_STATE_")),
                Json.flag(status, "default"),
                Json.flag(status, "is_protected"),
                Json.time(status, "expire_time"),
                source == null || source.isEmpty() ? null : parsed("status.source_branch", source, BranchName::parse),
                orNull(Json.optionalText(status, "source_branch_lsn")),
                Json.time(status, "source_branch_time"),
                Json.time(json, "create_time"),
                Json.time(status, "delete_time"),
                Json.time(status, "purge_time"),
                Json.number(status, "logical_size_bytes"),
                JsonText.write(json));
    }

    public static Endpoint endpoint(JsonNode json) {
        JsonNode status = Json.child(json, "status");
        JsonNode hosts = Json.child(status, "hosts");
        String state = state(status, "current_state", "ENDPOINT_STATE_");
        HostPort main = hostPort(hosts, "host");
        HostPort readOnly = hostPort(hosts, "read_only_host");
        HostPort pooled = hostPort(hosts, "read_write_pooled_host");
        HostPort readOnlyPooled = hostPort(hosts, "read_only_pooled_host");
        HostPort chosen = main != null ? main : readOnly;
        return new Endpoint(
                name(json, EndpointName::parse),
                Json.text(json, "uid"),
                known(EndpointType.class, state(status, "endpoint_type", "ENDPOINT_TYPE_"), EndpointType.UNRECOGNIZED),
                known(EndpointState.class, state, EndpointState.UNRECOGNIZED),
                state,
                orNull(state(status, "pending_state", "ENDPOINT_STATE_")),
                chosen == null ? null : chosen.host(),
                chosen == null ? Endpoint.DEFAULT_PORT : chosen.port(),
                names(main, readOnly, pooled, readOnlyPooled),
                names(pooled, readOnlyPooled),
                Json.flag(status, "disabled"),
                Json.duration(status, "suspend_timeout_duration"),
                Json.decimal(status, "autoscaling_limit_min_cu"),
                Json.decimal(status, "autoscaling_limit_max_cu"),
                Json.time(json, "create_time"),
                Json.time(status, "last_active_time"),
                JsonText.write(json));
    }

    public static Project project(JsonNode json) {
        JsonNode status = Json.child(json, "status");
        String branch = orNull(Json.optionalText(status, "default_branch"));
        return new Project(
                name(json, ProjectName::parse),
                Json.text(json, "uid"),
                orEmpty(Json.optionalText(status, "display_name")),
                orNull(Json.optionalText(status, "owner")),
                Json.wholeNumber(status, "pg_version"),
                branch == null ? null : parsed("status.default_branch", branch, BranchName::parse),
                Json.duration(status, "history_retention_duration"),
                Json.flag(status, "enable_pg_native_login"),
                Json.time(json, "create_time"),
                Json.time(json, "update_time"),
                Json.time(json, "delete_time"),
                Json.time(json, "purge_time"),
                JsonText.write(json));
    }

    public static Role role(JsonNode json) {
        JsonNode status = Json.child(json, "status");
        JsonNode attributes = Json.child(status, "attributes");
        String identity = state(status, "identity_type", "");
        String method = state(status, "auth_method", "");
        return new Role(
                name(json, RoleName::parse),
                Json.text(status, "postgres_role"),
                identity.isEmpty() ? RoleIdentity.NONE : known(RoleIdentity.class, identity, RoleIdentity.UNRECOGNIZED),
                identity,
                known(RoleLogin.class, method, RoleLogin.UNRECOGNIZED),
                method,
                Json.texts(status, "membership_roles"),
                Json.flag(attributes, "createdb"),
                Json.flag(attributes, "createrole"),
                Json.flag(attributes, "bypassrls"),
                Json.time(json, "create_time"),
                Json.time(json, "update_time"),
                JsonText.write(json));
    }

    public static Database database(JsonNode json) {
        JsonNode status = Json.child(json, "status");
        String owner = orNull(Json.optionalText(status, "role"));
        return new Database(
                name(json, DatabaseName::parse),
                Json.text(status, "postgres_database"),
                owner == null ? null : parsed("status.role", owner, RoleName::parse),
                Json.time(json, "create_time"),
                Json.time(json, "update_time"),
                JsonText.write(json));
    }

    public static Catalog catalog(JsonNode json) {
        JsonNode status = Json.child(json, "status");
        String branch = orNull(Json.optionalText(status, "branch"));
        return new Catalog(
                name(json, CatalogName::parse),
                Json.text(json, "uid"),
                branch == null ? null : parsed("status.branch", branch, BranchName::parse),
                orNull(Json.optionalText(status, "postgres_database")),
                Json.time(json, "create_time"),
                Json.time(json, "update_time"),
                JsonText.write(json));
    }

    public static SyncedTable syncedTable(JsonNode json) {
        JsonNode status = Json.child(json, "status");
        String state = state(status, "detailed_state", "SYNCED_TABLE_");
        return new SyncedTable(
                name(json, SyncedTableName::parse),
                Json.text(json, "uid"),
                known(SyncedTableState.class, state, SyncedTableState.UNRECOGNIZED),
                state,
                orEmpty(Json.optionalText(status, "message")),
                orNull(Json.optionalText(status, "pipeline_id")),
                Json.time(status, "last_sync_time"),
                Json.number(status, "last_processed_commit_version"),
                Json.time(json, "create_time"),
                JsonText.write(json));
    }

    public static Instance instance(JsonNode json) {
        String state = state(json, "state", "");
        HostPort host = hostPort(json, "read_write_dns");
        HostPort readOnly = hostPort(json, "read_only_dns");
        String parent = orNull(Json.optionalText(Json.child(json, "parent_instance_ref"), "name"));
        List<InstanceName> children = new ArrayList<>();
        Json.list(json, "child_instance_refs").forEach(child -> children.add(name(child, InstanceName::new)));
        return new Instance(
                name(json, InstanceName::new),
                Json.text(json, "uid"),
                known(InstanceState.class, state, InstanceState.UNRECOGNIZED),
                state,
                host == null ? null : host.host(),
                host == null ? Endpoint.DEFAULT_PORT : host.port(),
                readOnly == null ? null : readOnly.host(),
                Json.flag(json, "effective_stopped") || Json.flag(json, "stopped"),
                orEmpty(Json.optionalText(json, "capacity")),
                orEmpty(Json.optionalText(json, "pg_version")),
                parent == null ? null : parsed("parent_instance_ref.name", parent, InstanceName::new),
                children,
                Json.time(json, "creation_time"),
                JsonText.write(json));
    }

    /** Running or suspended, and so reachable: what a new branch is waited for. */
    public static String describe(Endpoint endpoint) {
        return "endpoint " + endpoint.name().endpoint() + " " + endpoint.stateText()
                + (endpoint.pendingStateText() == null ? "" : " -> " + endpoint.pendingStateText())
                + (endpoint.disabled() ? " (disabled)" : "");
    }

    private static <T> T name(JsonNode json, Function<String, T> parse) {
        return parsed("name", Json.text(json, "name"), parse);
    }

    private static <T> T parsed(String field, String text, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (InvalidArgumentException e) {
            throw new Json.MalformedAnswer("its field \"" + field + "\": " + e.getMessage());
        }
    }

    /** A state's text without the prefix that some clients of the platform see; empty for absent and UNSPECIFIED. */
    private static String state(JsonNode status, String field, String prefix) {
        String text = Json.optionalText(status, field);
        if (text == null || text.endsWith("UNSPECIFIED")) {
            return "";
        }
        return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
    }

    private static <E extends Enum<E>> E known(Class<E> type, String text, E unknown) {
        for (E value : type.getEnumConstants()) {
            if (value.name().equals(text)) {
                return value;
            }
        }
        return unknown;
    }

    private static @Nullable String orNull(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static @Nullable HostPort hostPort(JsonNode hosts, String field) {
        String text = orNull(Json.optionalText(hosts, field));
        if (text == null) {
            return null;
        }
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            return new HostPort(text, Endpoint.DEFAULT_PORT);
        }
        String port = text.substring(colon + 1);
        if (colon == 0 || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65535) {
            throw new Json.MalformedAnswer("its field \"" + field + "\" is not a host or host:port");
        }
        return new HostPort(text.substring(0, colon), Integer.parseInt(port));
    }

    private static List<String> names(@Nullable HostPort... all) {
        List<String> names = new ArrayList<>();
        for (HostPort one : all) {
            if (one != null && !names.contains(one.host())) {
                names.add(one.host());
            }
        }
        return names;
    }

    private record HostPort(String host, int port) {}
}
