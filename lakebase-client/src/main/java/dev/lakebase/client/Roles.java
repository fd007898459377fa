package dev.lakebase.client;

import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Resources;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * The PostgreSQL roles of one branch. Thread-safe. Every call keeps the client's request time-out, is repeated within it
 * after failures that may go away (what must not happen twice only after it was made sure that it did not happen), and
 * fails with a {@link LakebaseException}. What takes longer is an {@link Operation}.
 */
public final class Roles {
    private static final Resource.Kind<Role> KIND =
            new Resource.Kind<>(Resources::role, role -> null, Role::createdAt, role -> false);

    private final ControlPlane plane;
    private final BranchName branch;

    Roles(ControlPlane plane, BranchName branch) {
        this.plane = plane;
        this.branch = branch;
    }

    /** The same roles, for whoever changes something for a reason that an {@link AuditListener} should hear. */
    public Roles because(String reason) {
        return new Roles(plane.because(reason), branch);
    }

    /** The branch that these roles belong to. */
    public BranchName branch() {
        return branch;
    }

    /**
     * Creates a role. Blocks until the platform has accepted it; the operation is done when the role is there. Grants are
     * made in SQL.
     *
     * @param id its id for the platform, 4 to 63 characters, a letter first: a service principal's needs a prefix
     * @param spec says who it is; without a name it is a role of PostgreSQL's own that has its id as its name
     * @throws AlreadyExistsException if there is a role of that id, or of that name in PostgreSQL
     * @throws PermissionDeniedException if the caller lacks CAN MANAGE
     */
    public Operation<Role> create(String id, Consumer<RoleSpec> spec) {
        ResourceNames.requireNewId("role", id);
        RoleSpec wanted = new RoleSpec();
        spec.accept(wanted);
        RoleName name = branch.role(id);
        String asked = wanted.askedRole().isEmpty() ? id : wanted.askedRole();
        Call call =
                Call.create(branch + "/roles", "role_id=" + id, wanted.fields().body(), name.toString());
        return resource(id).create(call, found -> found.postgresRole().equals(asked), Resource::nothing);
    }

    /**
     * Reads a role. Blocks.
     *
     * @param id its id, not its name in PostgreSQL
     * @throws NotFoundException if there is none of that id
     */
    public Role get(String id) {
        return resource(id).get();
    }

    /** The roles of the branch, read page by page as they are asked for. */
    public PagedIterable<Role> list() {
        return PagedIterable.of(plane, branch + "/roles", "roles", Resources::role);
    }

    /**
     * Changes what the spec names, and nothing else. Blocks until the platform has accepted it.
     *
     * @throws InvalidArgumentException if the spec names nothing, or what only a new role can have
     * @throws NotFoundException if there is none of that id
     */
    public Operation<Role> update(String id, Consumer<RoleSpec> spec) {
        RoleSpec wanted = new RoleSpec();
        spec.accept(wanted);
        return resource(id).update(wanted.fields(), Resource::nothing);
    }

    /**
     * Deletes a role that owns nothing. Blocks until the platform has accepted it. One that is gone already is a success
     * too.
     *
     * @throws InvalidArgumentException if it owns something; the operation fails instead where the platform finds out late
     */
    public Operation<DeleteOutcome> delete(String id) {
        return resource(id).delete(Call.delete(branch.role(id).toString()), null);
    }

    /**
     * Deletes a role and gives to another one what it owns.
     *
     * @param heir the id of the other role of the same branch
     */
    public Operation<DeleteOutcome> delete(String id, String heir) {
        String query =
                "reassign_owned_to=" + URLEncoder.encode(branch.role(heir).toString(), StandardCharsets.UTF_8);
        return resource(id).delete(Call.delete(branch.role(id).toString(), query, AuditEvent.Action.DELETE), null);
    }

    private Resource<Role> resource(String id) {
        return new Resource<>(plane, KIND, branch.role(id).toString());
    }
}
