package dev.lakebase.client;

import dev.lakebase.client.internal.Call;
import dev.lakebase.client.internal.ControlPlane;
import dev.lakebase.client.internal.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The branches of one project. Thread-safe. Every call keeps the client's request time-out, is repeated within it after
 * failures that may go away (a create only after it was made sure that it did not land), and fails with a {@link
 * LakebaseException}. What takes longer is an {@link Operation}.
 */
public final class Branches {
    /** Two clocks that are kept in time. */
    private static final Duration CLOCK_GRAIN = Duration.ofSeconds(30);

    private final ControlPlane plane;
    private final Endpoints endpoints;
    private final ProjectName project;
    private final BranchReads reads;

    Branches(ControlPlane plane, Endpoints endpoints, ProjectName project) {
        this.plane = plane;
        this.endpoints = endpoints;
        this.project = project;
        this.reads = new BranchReads(plane, project);
    }

    /** The same branches, for whoever changes something for a reason that an {@link AuditListener} should hear. */
    public Branches because(String reason) {
        return new Branches(plane.because(reason), endpoints, project);
    }

    /** The project that these branches belong to. */
    public ProjectName project() {
        return project;
    }

    /**
     * Creates a branch: a copy of its source's data. Blocks until the platform has accepted it; the operation is done when
     * the branch is READY and its read-write endpoint can be connected to (running, or suspended and so woken by the
     * connection). Never adopts a branch that was there before.
     *
     * @param id the new branch's id
     * @param spec says what it is copied from and when it expires; both are required
     * @throws AlreadyExistsException if there is a branch of that id
     * @throws NotFoundException if there is no such project or source
     * @throws InvalidArgumentException if the id or the spec is incomplete or contradicts itself
     * @throws QuotaExceededException if the project has as many branches as it may have
     * @throws ExpiryTooLongException if the workspace allows only shorter lives
     * @throws ParentExpiresException if the source expires and so can't have children
     * @throws PermissionDeniedException if the caller lacks CAN MANAGE
     */
    public Operation<Branch> create(String id, Consumer<BranchSpec.Builder> spec) {
        return create(id, BranchSpec.Builder.of(spec));
    }

    Operation<Branch> create(String id, BranchSpec spec) {
        return new BranchCreation(plane, endpoints, project.branch(id), spec).start();
    }

    /**
     * Takes the branch of that id, if it is a copy of the same source, or creates it: the one call that adopts what is
     * there, also what a run before has left half created. An adopted branch keeps its age and its expiry. Blocks until it is
     * known which; the operation is done when the branch can be connected to.
     *
     * @throws AlreadyExistsException if the branch of that id was copied from another source or another point of it
     * @see #create for what else it fails with
     */
    public Operation<Branch> getOrCreate(String id, Consumer<BranchSpec.Builder> spec) {
        return getOrCreate(id, spec, WhenDifferent.FAIL);
    }

    /**
     * The same, with a choice about a branch that was copied from something else.
     *
     * @throws BranchProtectedException if it is to be recreated, but somebody may count on it
     */
    public Operation<Branch> getOrCreate(String id, Consumer<BranchSpec.Builder> spec, WhenDifferent whenDifferent) {
        return new BranchAdoption(plane, endpoints, project.branch(id), BranchSpec.Builder.of(spec), whenDifferent)
                .start();
    }

    /**
     * Creates a branch from a point in its source's history; the source stays as it is. What {@link #create} does, but a
     * spec without {@link BranchSpec.Builder#at} or {@link BranchSpec.Builder#atLsn} is refused. The platform remembers as
     * much of the past as the project's history window is long, 7 days by default.
     *
     * @param id the new branch's id
     * @throws InvalidArgumentException if no point is named, or one in the future, or one that the platform has no history of
     */
    public Operation<Branch> restore(String id, Consumer<BranchSpec.Builder> spec) {
        BranchSpec wanted = BranchSpec.Builder.of(spec);
        if (!wanted.hasPoint()) {
            throw new InvalidArgumentException("The restore of " + project.branch(id)
                    + " names no point in the past: call at(Instant) or atLsn(String).");
        }
        Instant now = plane.time().instant();
        if (wanted.sourceTime() != null && wanted.sourceTime().isAfter(now.plus(CLOCK_GRAIN))) {
            throw new InvalidArgumentException("at(" + wanted.sourceTime() + ") is in the future; it is " + now + ".");
        }
        return create(id, wanted);
    }

    /**
     * Resets a branch to what its source is now, the way the platform has it: deletes it, waits until it is gone, and creates
     * it anew with the same source and lifetime. <b>Its data, its connections and its host are lost</b>, and what else is,
     * the result reports. Blocks until the delete is accepted. From then on it goes on by itself, through failures that may
     * go away too, for at most 15 minutes and as long as this client is open; a run that ended in between is taken up by the
     * next one.
     *
     * @throws BranchProtectedException if it is the default branch, protected, a parent, or never expires: look at it, then
     *     say its uid
     * @throws NotFoundException if there is no such branch, and no deleted one of that id
     * @see #recreate(String, Consumer)
     */
    public Operation<Recreation> recreate(String id) {
        return recreate(id, options -> {});
    }

    /** The same, with another source or lifetime, of a branch that somebody may count on, or with a fuller report. */
    public Operation<Recreation> recreate(String id, Consumer<RecreateOptions> options) {
        RecreateOptions chosen = new RecreateOptions();
        options.accept(chosen);
        return new BranchRecreation(plane, endpoints, project.branch(id), chosen).start();
    }

    /**
     * Waits for the create, undelete or change of a branch that another process began: until the operation is over and the
     * branch can be connected to. Sends nothing before somebody waits.
     *
     * @param operation what {@link Operation#name()} was there: {@code …/branches/…/operations/…}, or the branch's name
     * @throws InvalidArgumentException if it is neither, or of another project
     */
    public Operation<Branch> resume(String operation) {
        BranchOperationName name = BranchOperationName.parse(operation, project);
        return new BranchReadiness(plane, endpoints, name.branch())
                .after(ControlPlane.Accepted.before(name.operation()));
    }

    /**
     * The same for a delete or a purge: until the operation is over, or the branch is gone.
     *
     * @param operation what {@link Operation#name()} was there
     */
    public Operation<DeleteOutcome> resumeDelete(String operation) {
        BranchOperationName name = BranchOperationName.parse(operation, project);
        return BranchDeletion.resumed(plane, name.branch(), name.operation());
    }

    /**
     * Reads a branch. Blocks.
     *
     * @param id the branch's id, not its uid
     * @throws NotFoundException if there is none of that id
     */
    public Branch get(String id) {
        return plane.call(Call.get(project.branch(id).toString()), (body, answer) -> Resources.branch(body));
    }

    /** Reads a branch without blocking. */
    public CompletableFuture<Branch> getAsync(String id) {
        return plane.send(Call.get(project.branch(id).toString()), (body, answer) -> Resources.branch(body));
    }

    /** The branches of the project, read page by page as they are asked for. */
    public PagedIterable<Branch> list() {
        return reads.all();
    }

    /** The deleted branches of the project that can still be undeleted. Blocks. */
    public List<Branch> listDeleted() {
        return reads.deleted();
    }

    /** The branches that were copied from that one. Blocks. */
    public List<Branch> children(String id) {
        return reads.children(project.branch(id));
    }

    /**
     * The branch, its source, the source's source, and so on to the root. Blocks.
     *
     * @throws NotFoundException if there is no such branch
     */
    public List<Branch> lineage(String id) {
        Map<BranchName, Branch> all = new HashMap<>();
        list().forEach(branch -> all.put(branch.name(), branch));
        List<Branch> lineage = new ArrayList<>();
        for (BranchName next = project.branch(id); next != null; ) {
            Branch branch = all.remove(next); // whoever is met twice is not met again
            if (branch == null) {
                break;
            }
            lineage.add(branch);
            next = branch.source();
        }
        if (lineage.isEmpty()) {
            throw new NotFoundException(
                    project.branch(id) + " does not exist.", ErrorDetails.of(project.branch(id) + ""), null);
        }
        return List.copyOf(lineage);
    }

    /**
     * Protects a branch: the platform then refuses to delete it. Blocks. A project may have one protected branch.
     *
     * @throws InvalidArgumentException if it expires, which a protected branch can't: see {@link #neverExpires}
     */
    public Operation<Branch> protect(String id) {
        return new BranchUpdate(plane, project.branch(id), null).protection(true);
    }

    /**
     * Lifts a branch's protection. Blocks.
     *
     * @param expectedUid the uid of the branch as the caller read it ({@link Branch#uid()})
     * @throws BranchProtectedException if the branch of that id has another uid
     */
    public Operation<Branch> unprotect(String id, String expectedUid) {
        return new BranchUpdate(plane, project.branch(id), BranchGuard.requireUid(expectedUid)).protection(false);
    }

    /**
     * Has the platform delete the branch after this time, counted from now. Blocks.
     *
     * @param lifetime at least a second, at most 30 days; rounded up to whole seconds
     * @throws BranchProtectedException if it is the default branch, protected, a parent, or never expires: look at it, then
     *     say its uid
     * @throws ExpiryTooLongException if the workspace allows only shorter lives
     */
    public Operation<Branch> expireIn(String id, Duration lifetime) {
        return new BranchUpdate(plane, project.branch(id), null).expireIn(lifetime);
    }

    /** The same for a branch of any kind, which the platform still refuses for default, protected and parent branches. */
    public Operation<Branch> expireIn(String id, Duration lifetime, String expectedUid) {
        return new BranchUpdate(plane, project.branch(id), expectedUid).expireIn(lifetime);
    }

    /** Has the platform delete the branch at that time, at most 30 days from now; else as {@link #expireIn}. Blocks. */
    public Operation<Branch> expireAt(String id, Instant time) {
        return new BranchUpdate(plane, project.branch(id), null).expireAt(time);
    }

    /** The same for a branch of any kind, which the platform still refuses for default, protected and parent branches. */
    public Operation<Branch> expireAt(String id, Instant time, String expectedUid) {
        return new BranchUpdate(plane, project.branch(id), expectedUid).expireAt(time);
    }

    /** Lets the branch stay until somebody deletes it, which then takes its uid. Blocks. */
    public Operation<Branch> neverExpires(String id) {
        return new BranchUpdate(plane, project.branch(id), null).neverExpires();
    }

    /**
     * Deletes a branch that nobody would miss: one that expires, is not the default, not protected and has no children.
     * Blocks until the platform has accepted it. A branch that is gone already is a success too. For a while the platform
     * can bring it back: {@link #undelete}.
     *
     * @throws BranchProtectedException if it is another kind of branch: look at it, then say its uid
     * @see #delete(String, String)
     */
    public Operation<DeleteOutcome> delete(String id) {
        return new BranchDeletion(plane, project.branch(id)).start();
    }

    /**
     * Deletes a branch of any kind if it still is the one that the caller means. Blocks until the platform has accepted it,
     * which it does not for protected, root and parent branches.
     *
     * @param expectedUid the uid of the branch as the caller read it ({@link Branch#uid()})
     * @throws BranchProtectedException if the branch of that id has another uid, or the platform refuses
     */
    public Operation<DeleteOutcome> delete(String id, String expectedUid) {
        return new BranchDeletion(plane, project.branch(id)).startFor(BranchGuard.requireUid(expectedUid));
    }

    Operation<DeleteOutcome> delete(String id, String expectedUid, String reason) {
        return new BranchDeletion(plane, project.branch(id), reason).startFor(expectedUid);
    }

    /**
     * Brings a deleted branch back. Blocks until the platform has accepted it; the operation is done when the branch can be
     * connected to. One that is there is a success too.
     *
     * @throws NotFoundException if there is nothing that could be brought back
     */
    public Operation<Branch> undelete(String id) {
        BranchName name = project.branch(id);
        BranchReadiness readiness = new BranchReadiness(plane, endpoints, name);
        if (reads.orNull(name) != null) {
            return readiness.after(ControlPlane.Accepted.unknown());
        }
        Branch tombstone = reads.tombstone(name);
        CarefulChange change = new CarefulChange(
                plane,
                Call.undelete(name.toString()).ofUid(tombstone == null ? null : tombstone.uid()),
                (attempts, unclear) -> reads.orNull(name) != null);
        return readiness.after(change.send());
    }

    /**
     * Deletes a branch for good, whether it was deleted before or not: nothing brings it back. Blocks until the platform has
     * accepted it.
     *
     * @param expectedUid the uid of the branch as the caller read it, from {@link #get} or {@link #listDeleted}
     * @throws BranchProtectedException if there is a branch of that id that has another uid, or the platform refuses
     */
    public Operation<DeleteOutcome> purge(String id, String expectedUid) {
        return new BranchDeletion(plane, project.branch(id)).startPurge(BranchGuard.requireUid(expectedUid));
    }

    /**
     * Looks which branches can go, and why each one goes or stays; deletes nothing before {@link SweepPlan#apply()}. Blocks.
     *
     * @param prefix of the ids of the branches that are looked at, such as {@code ci-pr-}
     * @param keep the ids of those that stay
     * @throws InvalidArgumentException if the keep-list is empty (see {@link SweepOptions#keepNone()}), or holds something
     *     that does not begin with the prefix
     */
    public SweepPlan planSweep(String prefix, Collection<String> keep) {
        return planSweep(prefix, options -> options.keep(keep));
    }

    /** The same with more to choose. */
    public SweepPlan planSweep(String prefix, Consumer<SweepOptions> options) {
        SweepOptions chosen = new SweepOptions(prefix, project);
        options.accept(chosen);
        return SweepPlan.of(plane, project, chosen.build());
    }

    /**
     * Creates a branch for a while: waits until it can be connected to, and deletes it when closed. Its id is the prefix
     * with a random suffix, so that runs never meet; it expires after an hour, unless the spec says otherwise, so that it
     * goes away even if this process dies. Blocks.
     *
     * @param prefix a legal id of at most 54 characters
     * @param spec says what it is copied from, and maybe another expiry
     * @param timeout the longest wait once the platform has accepted the create; what was created is deleted again if it is
     *     not ready by then
     */
    public EphemeralBranch ephemeral(String prefix, Consumer<BranchSpec.Builder> spec, Duration timeout) {
        return EphemeralBranch.create(this, prefix, spec, timeout);
    }
}
