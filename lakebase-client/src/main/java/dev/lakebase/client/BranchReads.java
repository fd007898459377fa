package dev.lakebase.client;

import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Resources;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the branch workflows read before they change anything. Deleted branches count as gone. */
final class BranchReads {
    private final ControlPlane plane;
    private final ProjectName project;

    BranchReads(ControlPlane plane, ProjectName project) {
        this.plane = plane;
        this.project = project;
    }

    @Nullable
    Branch orNull(BranchName name) {
        try {
            return get(name);
        } catch (NotFoundException e) {
            return null;
        }
    }

    Branch get(BranchName name) {
        Branch branch = plane.call(Call.get(name.toString()), (body, answer) -> Resources.branch(body));
        if (branch.isDeleted()) {
            throw new NotFoundException(
                    name + " is deleted. If it is to come back, see Branches.undelete.",
                    ErrorDetails.of(name.toString()),
                    null);
        }
        return branch;
    }

    CompletableFuture<@Nullable Branch> orNullAsync(BranchName name) {
        return BranchReadiness.orNull(plane.send(Call.get(name.toString()), (body, answer) -> Resources.branch(body)))
                .thenApply(branch -> branch == null || branch.isDeleted() ? null : branch);
    }

    PagedIterable<Branch> all() {
        return PagedIterable.of(plane, project + "/branches", "branches", Resources::branch);
    }

    List<Branch> children(BranchName name) {
        return all().stream().filter(branch -> name.equals(branch.source())).toList();
    }

    /** The deleted branches that the platform still remembers. */
    List<Branch> deleted() {
        String collection = project + "/branches";
        return PagedIterable.at(
                        plane, Call.path(collection) + "?show_deleted=true", collection, "branches", Resources::branch)
                .stream()
                .filter(Branch::isDeleted)
                .toList();
    }

    /** The deleted branch of that name, the latest if there are several. */
    @Nullable
    Branch tombstone(BranchName name) {
        return deleted().stream()
                .filter(branch -> branch.name().equals(name))
                .max(Comparator.comparing(Branch::deletedAt, Comparator.nullsFirst(Comparator.naturalOrder())))
                .orElse(null);
    }
}
