package dev.lakebase.jdbc.login;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Plain sockets that a login can close from outside: pgjdbc has no other way to end a connect attempt at a deadline or on
 * an interrupt. Public only because pgjdbc creates it by name.
 */
public final class LoginSocketFactory extends SocketFactory {
    // pgjdbc asks for its socket on the thread that connects; cancel requests come later, on other threads
    private static final ThreadLocal<Sockets> CURRENT = new ThreadLocal<>();

    /** Called by pgjdbc. */
    public LoginSocketFactory() {}

    @Override
    public Socket createSocket() throws IOException {
        var socket = new Socket();
        Sockets login = CURRENT.get();
        if (login != null) {
            login.opened(socket);
        }
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return getDefault().createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return getDefault().createSocket(host, port, localHost, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return getDefault().createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return getDefault().createSocket(address, port, localAddress, localPort);
    }

    /** The socket of one login attempt, closable from any thread until the attempt has become a connection. */
    static final class Sockets implements AutoCloseable {
        private final Object lock = new Object();
        private @Nullable Socket socket;
        private boolean cut;

        /** Everything this thread opens from now on belongs to this attempt, until {@link #close()}. */
        void attach() {
            CURRENT.set(this);
        }

        private void opened(Socket opened) throws SocketException {
            synchronized (lock) { // no I/O inside
                if (cut) {
                    throw new SocketException("login was ended before it connected");
                }
                socket = opened;
            }
        }

        /** Ends the attempt: what is open is closed, what would be opened fails. */
        void cut() {
            Socket open;
            synchronized (lock) {
                cut = true;
                open = socket;
                socket = null;
            }
            if (open != null) {
                try {
                    open.close();
                } catch (IOException e) {
                    // it is unusable either way, and the thread that uses it reports
                }
            }
        }

        /** The attempt is over; a later {@link #cut()} leaves its connection alone. */
        @Override
        public void close() {
            CURRENT.remove();
            synchronized (lock) {
                socket = null;
            }
        }
    }
}
