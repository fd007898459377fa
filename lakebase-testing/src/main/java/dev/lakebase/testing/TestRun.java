package dev.lakebase.testing;

import dev.lakebase.client.EphemeralBranch;
import dev.lakebase.client.QuotaExceededException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all test classes of a launcher session share: the platform, and the branches that are open on it. Thread-safe. */
final class TestRun implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TestRun.class);
    private static final Namespace NAMESPACE = Namespace.create(TestRun.class);

    /** A base copy of a test-sized database takes under a second; a loaded machine gets its time. */
    private static final Duration CREATION = Duration.ofMinutes(2);

    /** The platform counts the branches of all JVMs; another may delete one any time. */
    private static final Duration QUOTA_PAUSE = Duration.ofSeconds(2);

    /** What is under way when the JVM is told to end takes a second; who told it kills it some time later. */
    private static final Duration UNDER_WAY = Duration.ofSeconds(10);

    private static volatile @Nullable TestRun running;

    private final RunSettings settings;
    private final TestPlatform platform;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<OpenBranch> open = new ArrayList<>();
    private final Map<BranchWish, CompletableFuture<TestBranch>> shared = new HashMap<>();
    private final Thread hook = new Thread(this::jvmEnds, "lakebase-test-delete-branches");
    private int opening;
    private boolean ending;
    private boolean kept;

    TestRun(RunSettings settings, TestPlatform platform) {
        this.settings = settings;
        this.platform = platform;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** The one that a Spring context gets its branch from. */
    static TestRun running() {
        TestRun run = running;
        if (run == null) {
            throw new IllegalStateException(
                    "The Spring context of a @LakebaseTest class was loaded before @LakebaseTest"
                            + " had begun. Put @LakebaseTest above the annotation that loads it.");
        }
        return run;
    }

    /** The session's, started by whoever asks first. */
    static TestRun of(ExtensionContext context) {
        TestRun run = Stores.make(
                context.getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE), TestRun.class, () -> start(context));
        running = run;
        return run;
    }

    private static TestRun start(ExtensionContext context) {
        RunSettings settings = RunSettings.read(context::getConfigurationParameter, System.getenv());
        TestRun run = new TestRun(settings, TestPlatform.start(settings));
        Leftovers.sweep(run.platform(), settings);
        return run;
    }

    RunSettings settings() {
        return settings;
    }

    TestPlatform platform() {
        return platform;
    }

    /** Makes and prepares a branch, once there is room for one. Blocks. */
    OpenBranch open(BranchWish wish, Class<?> testClass) {
        await(testClass);
        OpenBranch branch = null;
        try {
            branch = new OpenBranch(this, wish, testClass, create(wish, testClass));
        } finally {
            lock.lock();
            try {
                opening--;
                if (branch != null) {
                    open.add(branch);
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
        branch.prepare();
        return branch;
    }

    /** The branch of all classes with this wish, made by the first of them and closed with the run. */
    TestBranch shared(BranchWish wish, Class<?> testClass) {
        CompletableFuture<TestBranch> mine = new CompletableFuture<>();
        CompletableFuture<TestBranch> first;
        lock.lock();
        try {
            first = shared.putIfAbsent(wish, mine);
        } finally {
            lock.unlock();
        }
        if (first != null) {
            return first.join();
        }
        try {
            mine.complete(new TestBranch(this, wish, testClass));
        } catch (RuntimeException | Error e) {
            mine.completeExceptionally(e);
            throw e;
        }
        return mine.join();
    }

    private void await(Class<?> testClass) {
        long deadline = System.nanoTime() + settings.branchWait().toNanos();
        lock.lock();
        try {
            boolean told = false;
            while (!ending && open.size() + opening >= settings.maxBranches()) {
                if (!told) {
                    told = true;
                    LOG.info(
                            "{} waits: {} branches are open, the most for this JVM.", testClass.getName(), open.size());
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new ExtensionConfigurationException(noRoom(
                            testClass,
                            "this JVM may have " + settings.maxBranches() + " open at once (" + RunSettings.MAX_BRANCHES
                                    + ")"));
                }
                changed.await(left, TimeUnit.NANOSECONDS);
            }
            checkNotEnding(testClass);
            opening++;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExtensionConfigurationException("Interrupted while waiting for a branch", e);
        } finally {
            lock.unlock();
        }
    }

    private void checkNotEnding(Class<?> testClass) {
        if (ending) {
            throw new ExtensionConfigurationException("No branch for " + testClass.getName() + ": the JVM is ending.");
        }
    }

    private EphemeralBranch create(BranchWish wish, Class<?> testClass) {
        long deadline = System.nanoTime() + settings.branchWait().toNanos();
        while (true) {
            try {
                return platform.client()
                        .branches(platform.project())
                        .ephemeral(
                                BuildId.prefix(settings.buildId(), testClass, wish.keepOnFailure()),
                                spec -> spec.from(wish.from()).expiresIn(wish.expiry()),
                                CREATION);
            } catch (QuotaExceededException e) {
                if (deadline - System.nanoTime() <= QUOTA_PAUSE.toNanos()) {
                    throw new ExtensionConfigurationException(
                            noRoom(testClass, "the platform allows no more: " + e.getMessage()), e);
                }
                LOG.info(
                        "{} waits for the platform to have room for a branch: {}", testClass.getName(), e.getMessage());
                pause(testClass);
            }
        }
    }

    private void pause(Class<?> testClass) {
        lock.lock();
        try {
            awaitUntil(() -> ending, QUOTA_PAUSE);
            checkNotEnding(testClass);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExtensionConfigurationException("Interrupted while waiting for a branch", e);
        } finally {
            lock.unlock();
        }
    }

    /** For at most that long; the caller has the lock. */
    private void awaitUntil(BooleanSupplier condition, Duration longest) throws InterruptedException {
        long left = longest.toNanos();
        while (!condition.getAsBoolean() && left > 0) {
            left = changed.awaitNanos(left);
        }
    }

    private String noRoom(Class<?> testClass, String why) {
        return "No branch for " + testClass.getName() + " within " + settings.branchWait() + " ("
                + RunSettings.BRANCH_WAIT + "): " + why + ". Open now: " + openBranches()
                + ". Run fewer classes in parallel, share branches with scope = SUITE, or allow more. A Spring context keeps"
                + " its branch while it is cached: spring.test.context.cache.maxSize says how many are.";
    }

    private List<OpenBranch> openBranches() {
        lock.lock();
        try {
            return List.copyOf(open);
        } finally {
            lock.unlock();
        }
    }

    void closed(OpenBranch branch) {
        lock.lock();
        try {
            open.remove(branch);
            kept |= branch.isKept();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** On Ctrl-C or SIGTERM, while tests go on. */
    private void jvmEnds() {
        if (platform.endsWithJvm()) {
            return; // it sees to that itself, at the same time
        }
        lock.lock();
        try {
            ending = true;
            changed.signalAll();
            awaitUntil(() -> opening == 0, UNDER_WAY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        deleteAll();
        lock.lock();
        try {
            awaitUntil(open::isEmpty, UNDER_WAY); // which other threads may be at
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void deleteAll() {
        openBranches().forEach(OpenBranch::close);
    }

    @Override
    public void close() {
        if (running == this) {
            running = null;
        }
        try {
            List<CompletableFuture<TestBranch>> ofTheSuite;
            lock.lock();
            try {
                ofTheSuite = List.copyOf(shared.values());
            } finally {
                lock.unlock();
            }
            ofTheSuite.stream()
                    .filter(branch -> !branch.isCompletedExceptionally())
                    .forEach(branch -> branch.join().close());
            deleteAll();
            List<String> left = RunBranches.MADE.takeLeft(by -> true);
            if (!left.isEmpty()) {
                LOG.warn("Tests have left behind: {}", String.join(", ", left));
            }
            waitForVisitors();
        } finally {
            platform.close();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // the JVM is ending; nothing is open any more
            }
        }
    }

    private void waitForVisitors() {
        if (!kept || !platform.endsWithJvm() || settings.keepFor().isZero()) {
            return;
        }
        LOG.warn("Kept branches can be looked at for {}; interrupt the JVM to end that.", settings.keepFor());
        try {
            TimeUnit.NANOSECONDS.sleep(settings.keepFor().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
