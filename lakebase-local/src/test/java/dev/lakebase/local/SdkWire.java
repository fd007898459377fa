package dev.lakebase.local;

import com.databricks.sdk.core.DatabricksError;
import com.databricks.sdk.core.utils.SerDeUtils;
import com.databricks.sdk.service.postgres.Branch;
import com.databricks.sdk.service.postgres.Catalog;
import com.databricks.sdk.service.postgres.CreateBranchRequest;
import com.databricks.sdk.service.postgres.CreateCatalogRequest;
import com.databricks.sdk.service.postgres.CreateDatabaseRequest;
import com.databricks.sdk.service.postgres.CreateEndpointRequest;
import com.databricks.sdk.service.postgres.CreateProjectRequest;
import com.databricks.sdk.service.postgres.CreateRoleRequest;
import com.databricks.sdk.service.postgres.CreateSyncedTableRequest;
import com.databricks.sdk.service.postgres.Database;
import com.databricks.sdk.service.postgres.DeleteBranchRequest;
import com.databricks.sdk.service.postgres.DeleteProjectRequest;
import com.databricks.sdk.service.postgres.DeleteRoleRequest;
import com.databricks.sdk.service.postgres.Endpoint;
import com.databricks.sdk.service.postgres.GenerateDatabaseCredentialRequest;
import com.databricks.sdk.service.postgres.ListBranchesRequest;
import com.databricks.sdk.service.postgres.ListDatabasesRequest;
import com.databricks.sdk.service.postgres.ListEndpointsRequest;
import com.databricks.sdk.service.postgres.ListProjectsRequest;
import com.databricks.sdk.service.postgres.ListRolesRequest;
import com.databricks.sdk.service.postgres.Operation;
import com.databricks.sdk.service.postgres.PostgresAPI;
import com.databricks.sdk.service.postgres.Project;
import com.databricks.sdk.service.postgres.Role;
import com.databricks.sdk.service.postgres.SyncedTable;
import com.databricks.sdk.service.postgres.UndeleteBranchRequest;
import com.databricks.sdk.service.postgres.UndeleteProjectRequest;
import com.databricks.sdk.service.postgres.UpdateBranchRequest;
import com.databricks.sdk.service.postgres.UpdateDatabaseRequest;
import com.databricks.sdk.service.postgres.UpdateEndpointRequest;
import com.databricks.sdk.service.postgres.UpdateProjectRequest;
import com.databricks.sdk.service.postgres.UpdateRoleRequest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.FieldMask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The platform's own Java SDK: what it makes of a body on the way there, and of an answer on the way back. */
final class SdkWire implements Wire {
    private static final ObjectMapper MAPPER = SerDeUtils.createMapper();
    private static final long TWO = 2;

    private final PostgresAPI postgres;

    SdkWire(PostgresAPI postgres) {
        this.postgres = postgres;
    }

    private static <T> T parsed(String body, Class<T> type) {
        try {
            return MAPPER.readValue(body, type);
        } catch (JsonProcessingException e) {
            throw new AssertionError("the SDK can't say " + body, e);
        }
    }

    private static Reply reply(Supplier<?> call) {
        try {
            return new Reply(200, MAPPER.valueToTree(call.get()));
        } catch (DatabricksError e) {
            return new Reply(
                    e.getStatusCode(),
                    MAPPER.createObjectNode()
                            .put("error_code", e.getErrorCode())
                            .put("message", e.getMessage()));
        }
    }

    /** @param begin makes the call and returns the operation's name */
    private Reply finished(Supplier<String> begin) {
        var name = new String[1];
        Reply begun = reply(() -> name[0] = begin.get());
        if (begun.status() != 200) {
            return begun;
        }
        var done = new Operation[1];
        Eventually.eventually(Duration.ofMinutes(1), () -> {
            done[0] = postgres.getOperation(name[0]);
            if (!Boolean.TRUE.equals(done[0].getDone())) {
                throw new AssertionError(name[0] + " is not done");
            }
        });
        return done[0].getError() == null
                ? new Reply(200, MAPPER.valueToTree(done[0].getResponse()))
                : new Reply(0, MAPPER.valueToTree(done[0].getError()));
    }

    @Override
    public Reply create(String parent, String kind, String id, String body, boolean replace) {
        String given = id.isEmpty() ? null : id;
        Boolean replaces = replace ? true : null;
        return finished(() -> switch (kind) {
            case "projects" ->
                postgres.createProject(
                                new CreateProjectRequest().setProjectId(given).setProject(parsed(body, Project.class)))
                        .getName();
            case "branches" ->
                postgres.createBranch(new CreateBranchRequest()
                                .setParent(parent)
                                .setBranchId(given)
                                .setReplaceExisting(replaces)
                                .setBranch(parsed(body, Branch.class)))
                        .getName();
            case "endpoints" ->
                postgres.createEndpoint(new CreateEndpointRequest()
                                .setParent(parent)
                                .setEndpointId(given)
                                .setReplaceExisting(replaces)
                                .setEndpoint(parsed(body, Endpoint.class)))
                        .getName();
            case "roles" ->
                postgres.createRole(new CreateRoleRequest()
                                .setParent(parent)
                                .setRoleId(given)
                                .setReplaceExisting(replaces)
                                .setRole(parsed(body, Role.class)))
                        .getName();
            case "databases" ->
                postgres.createDatabase(new CreateDatabaseRequest()
                                .setParent(parent)
                                .setDatabaseId(given)
                                .setReplaceExisting(replaces)
                                .setDatabase(parsed(body, Database.class)))
                        .getName();
            case "catalogs" ->
                postgres.createCatalog(
                                new CreateCatalogRequest().setCatalogId(given).setCatalog(parsed(body, Catalog.class)))
                        .getName();
            case "synced_tables" ->
                postgres.createSyncedTable(new CreateSyncedTableRequest()
                                .setSyncedTableId(given)
                                .setSyncedTable(parsed(body, SyncedTable.class)))
                        .getName();
            default -> throw new AssertionError(kind);
        });
    }

    /** {@code projects}, {@code branches} … of a name that ends with an id. */
    private static String kind(String name) {
        String[] segments = name.split("/", -1);
        return segments[segments.length - 2];
    }

    @Override
    public Reply get(String name) {
        return reply(() -> switch (kind(name)) {
            case "projects" -> postgres.getProject(name);
            case "branches" -> postgres.getBranch(name);
            case "endpoints" -> postgres.getEndpoint(name);
            case "roles" -> postgres.getRole(name);
            case "databases" -> postgres.getDatabase(name);
            case "catalogs" -> postgres.getCatalog(name);
            case "synced_tables" -> postgres.getSyncedTable(name);
            default -> throw new AssertionError(name);
        });
    }

    @Override
    public List<JsonNode> list(String parent, String kind, boolean showDeleted) {
        Boolean deleted = showDeleted ? true : null;
        Iterable<?> found = switch (kind) {
            case "projects" ->
                postgres.listProjects(new ListProjectsRequest().setPageSize(TWO).setShowDeleted(deleted));
            case "branches" ->
                postgres.listBranches(new ListBranchesRequest()
                        .setParent(parent)
                        .setPageSize(TWO)
                        .setShowDeleted(deleted));
            case "endpoints" ->
                postgres.listEndpoints(
                        new ListEndpointsRequest().setParent(parent).setPageSize(TWO));
            case "roles" ->
                postgres.listRoles(new ListRolesRequest().setParent(parent).setPageSize(TWO));
            case "databases" ->
                postgres.listDatabases(
                        new ListDatabasesRequest().setParent(parent).setPageSize(TWO));
            default -> throw new AssertionError(kind);
        };
        var all = new ArrayList<JsonNode>();
        found.forEach(each -> all.add(MAPPER.valueToTree(each)));
        return all;
    }

    @Override
    public Reply update(String name, String mask, String body) {
        FieldMask fields =
                FieldMask.newBuilder().addAllPaths(List.of(mask.split(",", -1))).build();
        return finished(() -> switch (kind(name)) {
            case "projects" ->
                postgres.updateProject(new UpdateProjectRequest()
                                .setName(name)
                                .setUpdateMask(fields)
                                .setProject(parsed(body, Project.class)))
                        .getName();
            case "branches" ->
                postgres.updateBranch(new UpdateBranchRequest()
                                .setName(name)
                                .setUpdateMask(fields)
                                .setBranch(parsed(body, Branch.class)))
                        .getName();
            case "endpoints" ->
                postgres.updateEndpoint(new UpdateEndpointRequest()
                                .setName(name)
                                .setUpdateMask(fields)
                                .setEndpoint(parsed(body, Endpoint.class)))
                        .getName();
            case "roles" ->
                postgres.updateRole(new UpdateRoleRequest()
                                .setName(name)
                                .setUpdateMask(fields)
                                .setRole(parsed(body, Role.class)))
                        .getName();
            case "databases" ->
                postgres.updateDatabase(new UpdateDatabaseRequest()
                                .setName(name)
                                .setUpdateMask(fields)
                                .setDatabase(parsed(body, Database.class)))
                        .getName();
            default -> throw new AssertionError(name);
        });
    }

    @Override
    public Reply delete(String name, boolean purge) {
        Boolean purges = purge ? true : null;
        return finished(() -> switch (kind(name)) {
            case "projects" ->
                postgres.deleteProject(new DeleteProjectRequest().setName(name).setPurge(purges))
                        .getName();
            case "branches" ->
                postgres.deleteBranch(new DeleteBranchRequest().setName(name).setPurge(purges))
                        .getName();
            case "endpoints" -> postgres.deleteEndpoint(name).getName();
            case "roles" -> postgres.deleteRole(name).getName();
            case "databases" -> postgres.deleteDatabase(name).getName();
            case "catalogs" -> postgres.deleteCatalog(name).getName();
            case "synced_tables" -> postgres.deleteSyncedTable(name).getName();
            default -> throw new AssertionError(name);
        });
    }

    @Override
    public Reply deleteRole(String name, String heir) {
        return finished(
                () -> postgres.deleteRole(new DeleteRoleRequest().setName(name).setReassignOwnedTo(heir))
                        .getName());
    }

    @Override
    public Reply undelete(String name) {
        return finished(() -> kind(name).equals("projects")
                ? postgres.undeleteProject(new UndeleteProjectRequest().setName(name))
                        .getName()
                : postgres.undeleteBranch(new UndeleteBranchRequest().setName(name))
                        .getName());
    }

    @Override
    public Reply credential(String body) {
        return reply(() -> postgres.generateDatabaseCredential(parsed(body, GenerateDatabaseCredentialRequest.class)));
    }
}
