package dev.lakebase.local.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The listener of one endpoint, on a free port of 127.0.0.1. Thread-safe. */
public final class Gateway implements AutoCloseable {
    /** How long close() waits for the threads of sessions that it has cut. */
    private static final long JOIN_MILLIS = 2_000;
    /** Short for a client that waits, long for a processor. */
    private static final long ACCEPT_PAUSE_MILLIS = 100;
    /** Ports that a gateway of this JVM listens on. */
    private static final Set<Integer> OPEN = ConcurrentHashMap.newKeySet();

    private final GatewaySettings settings;
    private final Target target;
    private final RefusablePort listener;
    private final Runnable onFault;
    private final String threadName;
    private final Thread acceptor;
    private final AtomicLong sessionNumbers = new AtomicLong();
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private Gateway(GatewaySettings settings, Target target, RefusablePort listener) {
        this.settings = settings;
        this.target = target;
        this.listener = listener;
        this.onFault = listener::update;
        this.threadName = "lakebase-local " + target.endpoint();
        this.acceptor = new Thread(this::accept, threadName);
        acceptor.setDaemon(true);
    }

    private record Session(Thread thread, ClientConnection connection) {}

    /** Starts to listen. */
    public static Gateway open(GatewaySettings settings, Target target) {
        Gateway gateway;
        try {
            gateway = new Gateway(
                    settings, target, new RefusablePort(() -> settings.faults().isRefused(target.endpoint())));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "no port on 127.0.0.1 could be opened for " + target.endpoint() + ": " + e.getMessage(), e);
        }
        boolean open = false;
        try {
            gateway.begin();
            open = true;
            return gateway;
        } finally {
            if (!open) {
                gateway.close();
            }
        }
    }

    private void begin() {
        OPEN.add(port());
        settings.faults().addListener(onFault);
        listener.update(); // a fault may be at work already
        acceptor.start();
    }

    /** Whether a gateway of this JVM listens on that port of 127.0.0.1. */
    public static boolean isOpen(int port) {
        return OPEN.contains(port);
    }

    /** Where clients connect. */
    public int port() {
        return listener.port();
    }

    private void accept() {
        while (!closed) {
            Socket socket;
            try {
                socket = listener.accept();
            } catch (IOException e) {
                if (!closed) {
                    settings.log().accept(target.branch() + ": a connection could not be accepted: " + e.getMessage());
                    pause();
                }
                continue;
            }
            begin(socket);
        }
    }

    /** Out of file descriptors, as a rule: some will be closed, so neither give up nor spin. */
    private static void pause() {
        try {
            Thread.sleep(ACCEPT_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void begin(Socket socket) {
        var self = new Session[1];
        var connection = new ClientConnection(settings, target, socket, () -> sessions.remove(self[0]));
        var thread = new Thread(connection, threadName + " session " + sessionNumbers.incrementAndGet());
        thread.setDaemon(true);
        self[0] = new Session(thread, connection);
        sessions.add(self[0]);
        thread.start();
        if (closed) {
            connection.close();
        }
    }

    /** Frees the port and cuts every session. Blocks for at most two seconds. */
    @Override
    public void close() {
        closed = true;
        settings.faults().removeListener(onFault);
        OPEN.remove(port()); // before somebody else may get it
        try {
            listener.close();
        } catch (IOException e) {
            // closed all the same
        }
        var cut = Set.copyOf(sessions);
        cut.forEach(session -> session.connection.close());
        long end = System.nanoTime() + JOIN_MILLIS * 1_000_000;
        try {
            join(acceptor, end);
            for (Session session : cut) {
                join(session.thread, end);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void join(Thread thread, long end) throws InterruptedException {
        long millis = (end - System.nanoTime()) / 1_000_000;
        if (millis > 0 && thread != Thread.currentThread()) {
            thread.join(millis);
        }
    }
}
