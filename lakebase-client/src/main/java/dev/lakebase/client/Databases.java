package dev.lakebase.client;

import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Poller;
import dev.lakebase.client.internal.Resources;
import java.util.function.Consumer;

/**
 * The databases of one branch. Thread-safe. Every call keeps the client's request time-out, is repeated within it after
 * failures that may go away (what must not happen twice only after it was made sure that it did not happen), and fails
 * with a {@link LakebaseException}. What takes longer is an {@link Operation}.
 */
public final class Databases {
    private static final Resource.Kind<Database> KIND =
            new Resource.Kind<>(Resources::database, database -> null, Database::createdAt, database -> false);

    private final ControlPlane plane;
    private final BranchName branch;

    Databases(ControlPlane plane, BranchName branch) {
        this.plane = plane;
        this.branch = branch;
    }

    /** The same databases, for whoever changes something for a reason that an {@link AuditListener} should hear. */
    public Databases because(String reason) {
        return new Databases(plane.because(reason), branch);
    }

    /** The branch that these databases belong to. */
    public BranchName branch() {
        return branch;
    }

    /**
     * Creates an empty database. Blocks until the platform has accepted it; the operation is done when the database is
     * there.
     *
     * @param id its id for the platform, 4 to 63 characters, a letter first
     * @param spec names its owner, which is required
     * @throws AlreadyExistsException if there is a database of that id, or of that name in PostgreSQL
     * @throws PermissionDeniedException if the caller lacks CAN MANAGE
     */
    public Operation<Database> create(String id, Consumer<DatabaseSpec> spec) {
        ResourceNames.requireNewId("database", id);
        DatabaseSpec wanted = new DatabaseSpec(branch);
        spec.accept(wanted);
        if (!wanted.hasOwner()) {
            throw new InvalidArgumentException(
                    "The new database has no owner: call owner(…) with the id of a role of " + branch + ".");
        }
        DatabaseName name = branch.database(id);
        String asked = wanted.askedName().isEmpty() ? id : wanted.askedName();
        Call call = Call.create(
                branch + "/databases", "database_id=" + id, wanted.fields().body(), name.toString());
        return resource(id).create(call, found -> found.postgresDatabase().equals(asked), Resource::nothing);
    }

    /**
     * Reads a database. Blocks.
     *
     * @param id its id ({@code databricks-postgres}), not its name in PostgreSQL
     * @throws NotFoundException if there is none of that id
     */
    public Database get(String id) {
        return resource(id).get();
    }

    /** The databases of the branch, read page by page as they are asked for. */
    public PagedIterable<Database> list() {
        return PagedIterable.of(plane, branch + "/databases", "databases", Resources::database);
    }

    /**
     * Changes what the spec names, and nothing else. Blocks until the platform has accepted it.
     *
     * @throws InvalidArgumentException if the spec names nothing
     * @throws NotFoundException if there is none of that id
     */
    public Operation<Database> update(String id, Consumer<DatabaseSpec> spec) {
        DatabaseSpec wanted = new DatabaseSpec(branch);
        spec.accept(wanted);
        return resource(id).update(wanted.fields(), Resource::nothing);
    }

    /**
     * Deletes a database with all its data, which nothing brings back, on a branch that nobody would miss: one that expires,
     * is not the default and not protected. Blocks until the platform has accepted it. One that is gone already is a success
     * too.
     *
     * @throws BranchProtectedException if the branch is of another kind: look at it, then say its uid
     * @see #delete(String, String)
     */
    public Operation<DeleteOutcome> delete(String id) {
        Branch found;
        try {
            found = readBranch();
        } catch (NotFoundException e) {
            return gone(id);
        }
        String kind = found.isDefault()
                ? "is the project's default branch"
                : found.isProtected() ? "is protected" : found.expiresAt() == null ? "never expires" : null;
        if (kind != null) {
            throw new BranchProtectedException(
                    branch + " " + kind + ", so somebody may count on its database " + id
                            + ". Nothing was deleted. To delete it all the same, name the branch's uid: delete(\"" + id
                            + "\", \"" + found.uid() + "\").",
                    ErrorDetails.of(branch.database(id).toString()),
                    null);
        }
        return send(id);
    }

    /**
     * Deletes a database with all its data on a branch of any kind, if it still is the branch that the caller means.
     *
     * @param branchUid the uid of the branch as the caller read it ({@link Branch#uid()})
     * @throws BranchProtectedException if the branch of that name has another uid
     */
    public Operation<DeleteOutcome> delete(String id, String branchUid) {
        Branch found;
        try {
            found = readBranch();
        } catch (NotFoundException e) {
            return gone(id);
        }
        if (!found.uid().equals(branchUid)) {
            throw new BranchProtectedException(
                    branch + " has the uid " + found.uid() + ", not " + branchUid + ". Nothing was deleted.",
                    ErrorDetails.of(branch.database(id).toString()),
                    null);
        }
        return send(id);
    }

    /** With its branch: nothing is sent, for a branch that took the name since is not what was meant. */
    private Operation<DeleteOutcome> gone(String id) {
        return Poller.done(branch.database(id).toString(), DeleteOutcome.ALREADY_GONE);
    }

    private Operation<DeleteOutcome> send(String id) {
        return resource(id).delete(Call.delete(branch.database(id).toString()), null);
    }

    private Branch readBranch() {
        return plane.call(Call.get(branch.toString()), (body, answer) -> Resources.branch(body));
    }

    private Resource<Database> resource(String id) {
        return new Resource<>(plane, KIND, branch.database(id).toString());
    }
}
