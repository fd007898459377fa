package dev.lakebase.jdbc.login;

import dev.lakebase.client.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between a pool and a {@link LakebaseConnector} so that borrowers hear the truth. HikariCP logs in on one thread of
 * its own and keeps the reason of a failure to itself: its borrowers wait out {@code connectionTimeout} whatever happened.
 *
 * <p>So while a pool is empty its borrowers {@link #pass} here first. They all wait, each with its own deadline, on
 * <em>one</em> login. If it succeeds, its connection is parked and handed to the pool's next request ({@link #take}). If it
 * fails, every waiter gets the reason at once. A failure that another try can't mend (a wrong identity, an unknown CA) is
 * remembered and answered without a login for 1 s, doubled at each repetition up to 30 s, so that an identity is not locked
 * out by our own attempts.
 *
 * <p>Thread-safe; no lock is held while anything blocks. Not an API: it changes with any release.
 */
public final class LoginGate implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoginGate.class);

    /** Short enough that a role granted by hand is noticed by the next click, long enough to stop a hot loop. */
    static final Duration FIRST_REST = Duration.ofSeconds(1);

    /** How late a granted role may be noticed. Far below the failure counts per minute that lock identities. */
    static final Duration LONGEST_REST = Duration.ofSeconds(30);

    /** A pool asks within milliseconds; a connection nobody fetched must not hold a slot, nor keep a compute awake. */
    static final Duration PARKING_TIME = Duration.ofSeconds(10);

    /** A pool sets up and adds what it fetched in a few round trips. */
    static final Duration FETCHING_TIME = Duration.ofMillis(500);

    private final LakebaseConnector connector;
    private final TimeSource time;
    private final ReentrantLock lock = new ReentrantLock();

    // all below: guarded by the lock
    private @Nullable Attempt underWay;
    private @Nullable Connection parked;
    private TimeSource.@Nullable Cancellable parkingMeter;
    private @Nullable SQLException remembered;
    private long rememberedUntil;
    private int failuresInARow;
    private @Nullable Long fetchedAt;
    private boolean closed;

    private record Attempt(Login login, CompletableFuture<Void> settled) {}

    /** A gate in front of {@code connector}, which is closed with it. */
    public LoginGate(LakebaseConnector connector) {
        this.connector = connector;
        this.time = connector.time();
    }

    /** The connector behind this gate. */
    public LakebaseConnector connector() {
        return connector;
    }

    /**
     * Returns once a connection is parked for the pool. Blocks until then, at most for {@code timeout}; may be interrupted.
     *
     * @throws SQLException the reason of the one shared login, or a {@link SQLTransientException} at the deadline
     */
    public void pass(Duration timeout) throws SQLException {
        long deadline = time.nanoTime() + timeout.toNanos();
        Attempt attempt;
        lock.lock();
        try {
            if (parked != null || justFetched()) {
                return;
            }
            attempt = joinOrStart();
        } finally {
            lock.unlock();
        }
        await(attempt, deadline);
    }

    /**
     * A new physical connection for the pool: the parked one, or that of the login under way, or of a new login. Blocks for at
     * most one login's budget.
     */
    public Connection take() throws SQLException {
        while (true) {
            Attempt attempt;
            lock.lock();
            try {
                Connection ready = unpark();
                if (ready != null) {
                    fetchedAt = time.nanoTime();
                    return ready;
                }
                attempt = joinOrStart();
            } finally {
                lock.unlock();
            }
            await(attempt, attempt.login.deadline() + Duration.ofSeconds(1).toNanos());
        }
    }

    /** The pool has handed out what it fetched: from here on an empty pool means that its connections are gone. */
    public void delivered() {
        lock.lock();
        try {
            fetchedAt = null;
        } finally {
            lock.unlock();
        }
    }

    /** The same failure for another thread. */
    public static SQLException retold(SQLException failure) {
        return LoginErrors.copy(failure, "");
    }

    /** Backs off before retry {@code number} (0 is the first). False, at once, if that takes longer than {@code atMost}. */
    public boolean pause(int number, Duration atMost) throws InterruptedException {
        return connector.pause(number, atMost);
    }

    /** Ends everything: waiters hear at once that this was closed. Idempotent. */
    @Override
    public void close() {
        Connection unused;
        lock.lock();
        try {
            closed = true;
            unused = unpark();
        } finally {
            lock.unlock();
        }
        connector.close();
        if (unused != null) {
            LakebaseConnector.discard(unused);
        }
    }

    /** Call with the lock held. */
    private Attempt joinOrStart() throws SQLException {
        if (closed) {
            throw connector.closedException();
        }
        Attempt current = underWay;
        if (current != null) {
            return current;
        }
        SQLException failure = remembered;
        long rest = rememberedUntil - time.nanoTime();
        if (failure != null && rest > 0) {
            throw LoginErrors.copy(
                    failure,
                    " (Remembered: not tried again for another " + LoginErrors.seconds(rest)
                            + ", so that repeated failures do not lock the identity.)");
        }
        var attempt = new Attempt(connector.start(), new CompletableFuture<>());
        underWay = attempt;
        var unused = attempt.login.result().whenComplete((connection, why) -> settle(attempt, connection, why));
        return attempt;
    }

    private void settle(Attempt attempt, @Nullable Connection connection, @Nullable Throwable why) {
        Connection unwanted = null;
        lock.lock();
        try {
            if (underWay != null && underWay.settled == attempt.settled) {
                underWay = null;
            }
            if (connection != null) {
                if (closed) {
                    unwanted = connection;
                } else {
                    park(connection);
                }
            } else if (why instanceof SQLException failure && !(why instanceof SQLTransientException) && !closed) {
                remember(failure);
            }
        } finally {
            lock.unlock();
        }
        if (unwanted != null) {
            LakebaseConnector.discard(unwanted);
        }
        if (why == null) {
            attempt.settled.complete(null);
        } else {
            attempt.settled.completeExceptionally(why);
        }
    }

    private void await(Attempt attempt, long deadline) throws SQLException {
        long start = time.nanoTime();
        try {
            Waits.await(time, attempt.settled, deadline);
        } catch (ExecutionException e) {
            throw LoginErrors.copy(LakebaseConnector.sqlException(e), "");
        } catch (TimeoutException e) {
            throw LoginErrors.transientFailure(
                    connector.name() + ": no connection within " + LoginErrors.seconds(time.nanoTime() - start)
                            + "; the login is still " + attempt.login.stage() + ".",
                    null);
        } catch (InterruptedException e) {
            throw LoginErrors.interrupted("Interrupted while " + attempt.login.stage() + ".", e);
        }
    }

    private void remember(SQLException failure) {
        if (remembered == null) {
            LOG.warn("{}: {}", connector.name(), failure.getMessage());
        }
        long rest = FIRST_REST.toNanos() << Math.min(failuresInARow++, 10);
        remembered = failure;
        rememberedUntil = time.nanoTime() + Math.min(rest, LONGEST_REST.toNanos());
    }

    private void park(Connection connection) {
        remembered = null;
        failuresInARow = 0;
        parked = connection;
        parkingMeter = time.schedule(PARKING_TIME, () -> towAway(connection));
    }

    /** The pool has a connection in its hands that it does not count yet: no reason for another login. */
    private boolean justFetched() {
        Long at = fetchedAt;
        return at != null && time.nanoTime() - at < FETCHING_TIME.toNanos();
    }

    private @Nullable Connection unpark() {
        Connection connection = parked;
        parked = null;
        TimeSource.Cancellable meter = parkingMeter;
        parkingMeter = null;
        if (meter != null) {
            meter.cancel();
        }
        return connection;
    }

    /** On a timer thread, which must not block: the goodbye is sent from a login thread. */
    private void towAway(Connection connection) {
        boolean mine;
        lock.lock();
        try {
            mine = parked == connection;
            if (mine) {
                unpark();
            }
        } finally {
            lock.unlock();
        }
        if (mine) {
            LOG.debug("{}: closing a connection that the pool did not fetch", connector.name());
            connector.discardLater(connection);
        }
    }
}
