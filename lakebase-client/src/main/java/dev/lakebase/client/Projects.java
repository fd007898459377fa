package dev.lakebase.client;

import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Resources;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The projects of the workspace. Thread-safe. Every call keeps the client's request time-out, is repeated within it after
 * failures that may go away (what must not happen twice only after it was made sure that it did not happen), and fails
 * with a {@link LakebaseException}. What takes longer is an {@link Operation}.
 */
public final class Projects {
    private static final Resource.Kind<Project> KIND =
            new Resource.Kind<>(Resources::project, Project::uid, Project::createdAt, Project::isDeleted);

    private final ControlPlane plane;
    private final Endpoints endpoints;

    Projects(ControlPlane plane, Endpoints endpoints) {
        this.plane = plane;
        this.endpoints = endpoints;
    }

    /** The same projects, for whoever changes something for a reason that an {@link AuditListener} should hear. */
    public Projects because(String reason) {
        return new Projects(plane.because(reason), endpoints);
    }

    /** Creates a project with the platform's settings. See {@link #create(String, Consumer)}. */
    public Operation<Project> create(String id) {
        return create(id, spec -> {});
    }

    /**
     * Creates a project with its first branch, {@code production}. Blocks until the platform has accepted it; the operation
     * is done when that branch's read-write endpoint can be connected to. Never adopts a project that was there before.
     *
     * @throws AlreadyExistsException if there is a project of that id
     * @throws QuotaExceededException if the workspace has as many projects as it may have
     * @throws PermissionDeniedException if the caller may not create projects
     */
    public Operation<Project> create(String id, Consumer<ProjectSpec> spec) {
        ProjectName name = new ProjectName(id);
        ProjectSpec wanted = new ProjectSpec();
        spec.accept(wanted);
        Call call = Call.create("projects", "project_id=" + id, wanted.fields().body(), name.toString());
        return resource(name)
                .create(
                        call,
                        found -> wanted.displayName() == null
                                || wanted.displayName().equals(found.displayName()),
                        this::missing);
    }

    private CompletableFuture<@Nullable String> missing(Project project) {
        BranchName branch = project.defaultBranch();
        return branch == null ? CompletableFuture.completedFuture("no default branch yet") : endpoints.missing(branch);
    }

    /**
     * Reads a project. Blocks.
     *
     * @throws NotFoundException if there is none of that id
     */
    public Project get(String id) {
        return resource(new ProjectName(id)).get();
    }

    /** The projects that the caller may see, read page by page as they are asked for. */
    public PagedIterable<Project> list() {
        return PagedIterable.of(plane, "projects", "projects", Resources::project);
    }

    /** The same and those that are deleted, but can be undeleted. */
    public PagedIterable<Project> listWithDeleted() {
        return PagedIterable.at(
                plane, Call.path("projects?show_deleted=true"), "projects", "projects", Resources::project);
    }

    /**
     * Changes what the spec names, and nothing else. Blocks until the platform has accepted it.
     *
     * @throws InvalidArgumentException if the spec names nothing, or what only a new project can have
     * @throws NotFoundException if there is none of that id
     * @throws PermissionDeniedException if the caller lacks CAN MANAGE
     */
    public Operation<Project> update(String id, Consumer<ProjectSpec> spec) {
        ProjectSpec wanted = new ProjectSpec();
        spec.accept(wanted);
        return resource(new ProjectName(id)).update(wanted.fields(), Resource::nothing);
    }

    /**
     * Deletes a project with all its branches, the default and protected ones too. It can be undeleted for a while. Blocks
     * until the platform has accepted it. A project that is gone already is a success too.
     *
     * @param id the project's id
     * @param sameIdAgain the same, so that no variable that holds another id than was thought deletes a project
     * @throws InvalidArgumentException if the two differ
     * @throws PermissionDeniedException if the caller lacks CAN MANAGE
     */
    public Operation<DeleteOutcome> delete(String id, String sameIdAgain) {
        ProjectName name = repeated(id, sameIdAgain, "delete");
        return resource(name).delete(Call.delete(name.toString()), null);
    }

    /**
     * Deletes a project, or one that is deleted already, so that it can't be undeleted. Otherwise as {@link
     * #delete(String, String)}.
     *
     * @param expectedUid the uid of the project as the caller read it ({@link Project#uid()})
     * @throws InvalidArgumentException if the project of that id has another uid
     */
    public Operation<DeleteOutcome> purge(String id, String sameIdAgain, String expectedUid) {
        ProjectName name = repeated(id, sameIdAgain, "purge");
        return resource(name)
                .purge(
                        expectedUid,
                        () -> listWithDeleted().stream()
                                .filter(found -> found.name().equals(name)));
    }

    private static ProjectName repeated(String id, String sameIdAgain, String verb) {
        if (!id.equals(sameIdAgain)) {
            throw new InvalidArgumentException("To " + verb + " a project, say its id twice: \"" + id + "\" is not \""
                    + sameIdAgain + "\". Nothing was deleted.");
        }
        return new ProjectName(id);
    }

    /**
     * Brings a deleted project back. Blocks until the platform has accepted it.
     *
     * @throws NotFoundException if there is none of that id, or it was purged
     */
    public Operation<Project> undelete(String id) {
        return resource(new ProjectName(id)).undelete(this::missing);
    }

    private Resource<Project> resource(ProjectName name) {
        return new Resource<>(plane, KIND, name.toString());
    }
}
