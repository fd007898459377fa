package dev.lakebase.local.gateway;

import dev.lakebase.local.faults.ConnectionFault;
import dev.lakebase.local.faults.ConnectionFault.Kind;
import dev.lakebase.local.faults.FaultTable;
import dev.lakebase.local.storage.Replica;
import dev.lakebase.local.storage.Server;
import dev.lakebase.local.storage.StorageException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The compute of an endpoint: sleeps when idle or told to, wakes at a login. Thread-safe. */
public final class Compute {
    /** Where checks run that concern the whole cluster; no user can drop it. */
    private static final String MAINTENANCE_DATABASE = "template1";

    private final Server server;
    private final Replica reader;
    private final InstantSource clock;
    private final FaultTable faults;
    private final String endpoint;
    private final AtomicBoolean wakingApart = new AtomicBoolean();
    private final ReentrantLock transition = new ReentrantLock();
    private final AtomicInteger sessions = new AtomicInteger();
    private volatile Instant lastActive;
    private volatile boolean disabled;

    /**
     * A compute that was active just now.
     *
     * @param server what it runs
     * @param reader for sessions that can only read; may be the server itself
     * @param endpoint resource name, for faults of one endpoint
     */
    public Compute(Server server, Replica reader, InstantSource clock, FaultTable faults, String endpoint) {
        this.server = server;
        this.reader = reader;
        this.clock = clock;
        this.faults = faults;
        this.endpoint = endpoint;
        this.lastActive = clock.instant();
    }

    /** Whether the process is alive now. */
    public boolean isRunning() {
        return server.isRunning();
    }

    /** The last login, or the last byte that a client sent. */
    public Instant lastActive() {
        return lastActive;
    }

    /** Logins that are in progress or open. */
    public int sessions() {
        return sessions.get();
    }

    /** Ends every session with 57P01 and stops the process. Blocks until it has stopped. */
    public void suspend() {
        transition.lock();
        try {
            suspendLocked();
        } finally {
            transition.unlock();
        }
    }

    private void suspendLocked() {
        server.suspend();
        if (server != reader) {
            reader.suspend();
        }
    }

    /** Another size: one that runs is suspended, for PostgreSQL learns of it when it starts. */
    public void resize(int maxConnections) {
        transition.lock();
        try {
            server.maxConnections(maxConnections);
            reader.maxConnections(maxConnections);
            suspendLocked();
        } finally {
            transition.unlock();
        }
    }

    /** Whether logins are refused rather than wake it. One that runs goes on until {@link #suspend}. */
    public void disable(boolean off) {
        disabled = off;
    }

    /**
     * Suspends when nothing was sent for {@code timeout} and no statement or transaction is open. Idle sessions do not
     * keep a compute awake.
     *
     * @return whether it was suspended by this call
     */
    public boolean suspendIfIdle(Duration timeout) {
        if (clock.instant().isBefore(lastActive.plus(timeout)) || !transition.tryLock()) {
            return false;
        }
        try {
            if (clock.instant().isBefore(lastActive.plus(timeout)) || !server.isRunning() || isBusy()) {
                return false;
            }
            suspendLocked();
            return true;
        } finally {
            transition.unlock();
        }
    }

    private boolean isBusy() {
        return sessions.get() > 0 && (isBusy(server) || (server != reader && reader.isRunning() && isBusy(reader)));
    }

    private static boolean isBusy(Server asked) {
        try (Connection connection = asked.connect(MAINTENANCE_DATABASE);
                var statement = connection.createStatement();
                var busy = statement.executeQuery("select exists (select from pg_stat_activity"
                        + " where backend_type = 'client backend' and pid <> pg_backend_pid() and state <> 'idle')")) {
            return busy.next() && busy.getBoolean(1);
        } catch (SQLException e) {
            return true; // unsure: look again at the next turn
        }
    }

    void sessionStarted() {
        sessions.incrementAndGet();
        active();
    }

    void sessionEnded() {
        sessions.decrementAndGet();
        active();
    }

    /** It has work to do from outside a session, such as a query of the control plane: its idle time begins anew. */
    public void active() {
        lastActive = clock.instant();
    }

    /** As the superuser, awake. The caller closes it. */
    Connection connectAsSuperuser(Duration wakeTimeout) throws SQLException, Refusal {
        wake(false, wakeTimeout);
        return server.connect(MAINTENANCE_DATABASE);
    }

    /**
     * A socket to the backend, which is woken first. The caller closes it.
     *
     * @param readOnly whether the session must not be able to write
     */
    SocketChannel connect(boolean readOnly, Duration wakeTimeout) throws IOException, Refusal {
        Server wanted = readOnly ? reader : server;
        // a suspend may strike between waking and connecting; the third time in a row is not chance any more
        for (int attempt = 1; ; attempt++) {
            wake(readOnly, wakeTimeout);
            if (wanted == reader) {
                reader.catchUp();
            }
            try {
                return SocketChannel.open(wanted.socket());
            } catch (IOException e) {
                if (attempt == 3) {
                    throw e;
                }
            }
        }
    }

    /** A client has sent something: a reader is to see all that was committed before. */
    void sent(boolean readOnly) {
        active();
        if (readOnly || server == reader) {
            reader.catchUp();
        }
    }

    /** Sockets to the backends that are awake, one of which has the session to cancel. The caller closes them. */
    List<SocketChannel> connectToCancel() throws IOException {
        var channels = new ArrayList<SocketChannel>();
        for (Server each : server == reader ? List.of(server) : List.of(server, reader)) {
            if (each.isRunning()) {
                channels.add(SocketChannel.open(each.socket()));
            }
        }
        return channels;
    }

    private void wake(boolean readOnly, Duration timeout) throws Refusal {
        if (!disabled && !server.isRunning() && strikes(Kind.STARTING_UP) != null) {
            wakeApart(timeout);
            throw Refusal.cannotConnectNow("the database system is starting up");
        }
        transition.lock();
        try {
            if (disabled) {
                throw new Refusal(
                        "57P03",
                        "the endpoint is disabled",
                        "Enable it: PATCH …/endpoints/… with update_mask=spec.disabled and {\"spec\":{\"disabled\":false}}.");
            }
            active();
            startLocked(timeout);
            if (readOnly) {
                reader.start(timeout);
            }
        } finally {
            transition.unlock();
        }
    }

    private void startLocked(Duration timeout) {
        var delay = server.isRunning() ? null : strikes(Kind.WAKE_DELAY);
        if (delay != null) {
            delay.injected().awaitClear(Objects.requireNonNull(delay.fault().duration()));
        }
        server.start(timeout);
    }

    private FaultTable.@Nullable Struck<ConnectionFault> strikes(Kind kind) {
        return faults.connection(endpoint, fault -> fault.kind() == kind);
    }

    /** Starts it while nobody waits. A failure is forgotten: the next login tries again. */
    private void wakeApart(Duration timeout) {
        if (!wakingApart.compareAndSet(false, true)) {
            return;
        }
        var thread = new Thread(
                () -> {
                    transition.lock();
                    try {
                        if (!disabled) {
                            startLocked(timeout);
                        }
                    } catch (StorageException e) {
                        // it was deleted meanwhile, or the next login will hear the same
                    } finally {
                        transition.unlock();
                        wakingApart.set(false);
                    }
                },
                "lakebase-local " + endpoint + " wake");
        thread.setDaemon(true);
        thread.start();
    }
}
