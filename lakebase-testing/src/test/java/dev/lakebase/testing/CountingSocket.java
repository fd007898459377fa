package dev.lakebase.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;

/** Stands where a production server would, and knows who came. */
final class CountingSocket implements AutoCloseable {
    /** The kernel has completed the handshake of whoever came before we look. */
    private static final int LOOK_MILLIS = 50;

    private final ServerSocket listener;
    private int connections;

    CountingSocket() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        listener.setSoTimeout(LOOK_MILLIS);
    }

    int port() {
        return listener.getLocalPort();
    }

    int connections() throws IOException {
        while (true) {
            try {
                listener.accept().close();
                connections++;
            } catch (SocketTimeoutException e) {
                return connections;
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
