package dev.lakebase.client;

import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.MappedOperation;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Takes the branch that is there, if it is a copy of what is wanted, or creates it. */
final class BranchAdoption {
    private final ControlPlane plane;
    private final Endpoints endpoints;
    private final BranchName name;
    private final BranchSpec spec;
    private final WhenDifferent whenDifferent;
    private final BranchReads reads;

    BranchAdoption(
            ControlPlane plane, Endpoints endpoints, BranchName name, BranchSpec spec, WhenDifferent whenDifferent) {
        this.plane = plane;
        this.endpoints = endpoints;
        this.name = name;
        this.spec = spec;
        this.whenDifferent = whenDifferent;
        this.reads = new BranchReads(plane, name.projectName());
    }

    Operation<Branch> start() {
        spec.source(name.projectName()); // refused before anything is sent
        Branch found = reads.orNull(name);
        if (found != null) {
            return adopt(found);
        }
        try {
            return new BranchCreation(plane, endpoints, name, spec).start();
        } catch (AlreadyExistsException e) {
            Branch other = reads.orNull(name); // somebody was faster
            if (other == null) {
                throw e; // a deleted branch keeps the id
            }
            return adopt(other);
        }
    }

    private Operation<Branch> adopt(Branch found) {
        String difference = difference(found);
        if (difference == null) {
            return new BranchReadiness(plane, endpoints, name).after(ControlPlane.Accepted.unknown());
        }
        if (whenDifferent == WhenDifferent.RECREATE) {
            RecreateOptions options = new RecreateOptions().spec(spec);
            return new MappedOperation<>(
                    new BranchRecreation(plane, endpoints, name, options).start(found), Recreation::branch);
        }
        throw new AlreadyExistsException(
                name + " (" + found.uid() + ") was copied from " + difference
                        + ". Choose another id, or have it replaced with WhenDifferent.RECREATE.",
                ErrorDetails.of(name.toString()),
                null);
    }

    /** How the branch differs from what is wanted, or null. What the platform does not tell is no difference. */
    private @Nullable String difference(Branch found) {
        BranchName wanted = spec.source(name.projectName());
        if (!wanted.equals(found.source())) {
            return (found.source() == null ? "nothing, for it is a root branch" : found.source()) + ", not from "
                    + wanted;
        }
        if (spec.sourceLsn() != null
                && found.sourceLsn() != null
                && !spec.sourceLsn().equalsIgnoreCase(found.sourceLsn())) {
            return "the log position " + found.sourceLsn() + " of " + wanted + ", not " + spec.sourceLsn();
        }
        if (spec.sourceTime() != null
                && found.sourceTime() != null
                && !spec.sourceTime()
                        .truncatedTo(ChronoUnit.SECONDS)
                        .equals(found.sourceTime().truncatedTo(ChronoUnit.SECONDS))) {
            return wanted + " as of " + found.sourceTime() + ", not of " + spec.sourceTime();
        }
        return null;
    }
}
