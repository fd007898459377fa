package dev.lakebase.client;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A branch that goes away when it is closed, or when it expires if this process can't close it. Thread-safe.
 *
 * @see Branches#ephemeral
 */
public final class EphemeralBranch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EphemeralBranch.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Longer than a test run, shorter than a night: what a killed process leaves behind costs little. */
    private static final Duration DEFAULT_LIFE = Duration.ofHours(1);

    /** A delete is accepted within a second; whoever closes must not hang on a platform that is down. */
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(30);

    /** 40 random bits: it takes about a million branches at once before two of them meet. */
    private static final int SUFFIX_LENGTH = 8;

    private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

    private final Branches branches;
    private final Branch branch;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean gone;

    private EphemeralBranch(Branches branches, Branch branch) {
        this.branches = branches;
        this.branch = branch;
    }

    static EphemeralBranch create(
            Branches branches, String prefix, Consumer<BranchSpec.Builder> spec, Duration timeout) {
        ResourceNames.requireId("branch prefix", prefix);
        if (prefix.length() > 63 - 1 - SUFFIX_LENGTH) {
            throw new InvalidArgumentException("The branch prefix \"" + prefix + "\" is " + prefix.length()
                    + " characters long: at most " + (63 - 1 - SUFFIX_LENGTH) + " leave room for the random suffix.");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new InvalidArgumentException("The timeout of ephemeral is " + timeout + ": expected more than zero.");
        }
        BranchSpec.Builder builder = new BranchSpec.Builder();
        spec.accept(builder);
        if (!builder.hasExpiry()) {
            builder.expiresIn(DEFAULT_LIFE);
        }
        String id = prefix + "-" + suffix();
        Operation<Branch> creation;
        try {
            creation = branches.create(id, builder.build());
        } catch (UnavailableException | CallInterruptedException e) {
            giveUp(branches, id, e); // the create may have landed
            throw e;
        }
        try {
            return new EphemeralBranch(branches, creation.await(timeout));
        } catch (LakebaseException e) {
            giveUp(branches, id, e);
            throw e;
        }
    }

    /** The id is random, so whatever has it is what this call created. */
    private static void giveUp(Branches branches, String id, LakebaseException reason) {
        boolean interrupted = Thread.interrupted();
        try {
            Branch created = branches.get(id);
            Operation<DeleteOutcome> deletion =
                    branches.delete(id, created.uid(), "an ephemeral branch did not become ready");
            log.info("Deleting {}, which did not become ready ({})", created.name(), deletion.name());
        } catch (NotFoundException e) {
            // it never came to be
        } catch (LakebaseException e) {
            reason.addSuppressed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The branch as it was when it became ready. */
    public Branch branch() {
        return branch;
    }

    /** The branch's name. */
    public BranchName name() {
        return branch.name();
    }

    /**
     * Deletes the branch, if it still is the one that was created. Blocks, for at most two request time-outs and 30
     * seconds; a thread that was interrupted before deletes all the same and keeps its flag. A failure is
     * logged and not thrown, for the work that the branch was made for is done, and the branch expires anyway; closing
     * again tries again.
     */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted(); // a test that was interrupted leaves its branch no less behind
        lock.lock();
        try {
            if (gone) {
                return;
            }
            DeleteOutcome outcome = branches.delete(name().branch(), branch.uid(), "an ephemeral branch was closed")
                    .await(LONGEST_CLOSE);
            gone = true;
            log.debug("{} ({}): {}", name(), branch.uid(), outcome);
        } catch (BranchProtectedException e) {
            log.warn("{} is left alone: {}", name(), e.getMessage());
        } catch (LakebaseException e) {
            log.warn(
                    "{} ({}) could not be deleted; it expires {}: {}",
                    name(),
                    branch.uid(),
                    branch.expiresAt() == null ? "never, so delete it by hand" : "at " + branch.expiresAt(),
                    e.getMessage());
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String suffix() {
        StringBuilder suffix = new StringBuilder(SUFFIX_LENGTH);
        for (int i = 0; i < SUFFIX_LENGTH; i++) {
            suffix.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return suffix.toString();
    }

    /** Name and uid. */
    @Override
    public String toString() {
        return "EphemeralBranch[" + name() + ", " + branch.uid() + "]";
    }
}
