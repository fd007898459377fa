package dev.lakebase.local.gateway;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A port of 127.0.0.1 that listens, or is only held, so that the system refuses connections and nobody else gets it.
 * Thread-safe.
 */
final class RefusablePort implements Closeable {
    private static final int BACKLOG = 256;
    /** How late it notices that a refusal has ended by itself. */
    private static final long LOOK_MILLIS = 20;

    private final BooleanSupplier refused;
    private final InetSocketAddress address;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable ServerSocket listener;
    private @Nullable Socket holder;
    /** A thread is in accept: until it comes out, the system goes on to listen, whoever has closed the listener. */
    private boolean accepting;

    private boolean closed;

    /**
     * Listens until it is told to {@link #update}.
     *
     * @param refused asked often
     */
    RefusablePort(BooleanSupplier refused) throws IOException {
        this.refused = refused;
        ServerSocket first = listen(loopback(0));
        this.listener = first;
        this.address = loopback(first.getLocalPort());
    }

    private static InetSocketAddress loopback(int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1}), port);
    }

    private static ServerSocket listen(InetSocketAddress where) throws IOException {
        var socket = new ServerSocket();
        try {
            socket.setReuseAddress(true); // sessions of an earlier listener may still be open
            socket.bind(where, BACKLOG);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    int port() {
        return address.getPort();
    }

    /** Listens, or stops to: when this returns, it is so. */
    void update() {
        lock.lock();
        try {
            ServerSocket current = listener;
            if (current != null && refused.getAsBoolean()) {
                listener = null;
                current.close();
            }
            while (listener == null && accepting) {
                changed.awaitUninterruptibly(); // it comes out at once
            }
            if (listener == null && !closed) {
                if (refused.getAsBoolean()) {
                    hold();
                } else {
                    release();
                }
            }
        } catch (IOException e) {
            // the acceptor tries again, and tells
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    private void hold() throws IOException {
        if (holder == null) {
            var socket = new Socket();
            socket.setReuseAddress(true);
            holder = socket;
            socket.bind(address);
        }
    }

    /** Only while nobody is accepting. */
    private void release() throws IOException {
        listener = listen(address);
        closeHolder();
    }

    private void closeHolder() throws IOException {
        Socket held = holder;
        holder = null;
        if (held != null) {
            held.close();
        }
    }

    /** The next client; waits for the end of a refusal first. For one thread at a time. */
    Socket accept() throws IOException {
        while (true) {
            ServerSocket current = awaitListener();
            try {
                return current.accept();
            } catch (SocketException e) {
                if (!current.isClosed()) {
                    throw e;
                }
            } finally {
                comeOut();
            }
        }
    }

    private void comeOut() {
        lock.lock();
        try {
            accepting = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** For one thread, which is accepting from then on. */
    private ServerSocket awaitListener() throws IOException {
        lock.lock();
        try {
            while (listener == null && !closed) {
                if (refused.getAsBoolean()) {
                    var unused = changed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                } else {
                    release();
                }
            }
            if (listener == null) {
                throw new SocketException("the port is closed");
            }
            accepting = true;
            return listener;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SocketException("interrupted");
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            closeHolder();
            ServerSocket current = listener;
            listener = null;
            if (current != null) {
                current.close();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
