package dev.lakebase.local.gateway;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.Consumer;

/** Bytes both ways between a client and its backend, until either side ends. */
final class Splice {
    private static final int BUFFER = 32 * 1024;
    /** How long a backend may go on talking to a client that has said its last word; it answers a Terminate at once. */
    private static final Duration DRAIN = Duration.ofSeconds(5);

    private final Socket client;
    private final SocketChannel backend;
    private final SessionFaults faults;
    private final Runnable onClientData;
    private final Consumer<String> log;

    Splice(Socket client, SocketChannel backend, SessionFaults faults, Runnable onClientData, Consumer<String> log) {
        this.client = client;
        this.backend = backend;
        this.faults = faults;
        this.onClientData = onClientData;
        this.log = log;
    }

    /** Blocks the calling thread, uses one more, and leaves both ends closed. */
    void run(AutoCloseable both) throws IOException {
        var answers = new Thread(() -> fromBackend(both), Thread.currentThread().getName() + " answers");
        answers.setDaemon(true);
        answers.start();
        try {
            fromClient();
            if (!faults.isSilent()) {
                answers.join(DRAIN.toMillis());
            }
        } catch (Interference.StruckException e) {
            log.accept("struck by " + e.getMessage());
        } catch (IOException e) {
            // the client is gone without a word, or the backend closed first: no news for a log
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(both);
        }
    }

    private void fromClient() throws IOException {
        var in = client.getInputStream();
        byte[] bytes = new byte[BUFFER];
        for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
            onClientData.run();
            faults.beforeQuery(bytes, n);
            var buffer = ByteBuffer.wrap(bytes, 0, n);
            while (buffer.hasRemaining() && !faults.isSilent()) {
                backend.write(buffer);
            }
        }
        backend.shutdownOutput();
    }

    private void fromBackend(AutoCloseable both) {
        try {
            var out = client.getOutputStream();
            var buffer = ByteBuffer.allocate(BUFFER);
            while (backend.read(buffer) >= 0) {
                faults.beforeAnswer();
                if (!faults.isSilent()) {
                    out.write(buffer.array(), 0, buffer.position());
                    out.flush();
                }
                buffer.clear();
            }
            client.close(); // this thread is the only writer, so TLS can say goodbye in order
        } catch (Interference.StruckException e) {
            log.accept("struck by " + e.getMessage());
        } catch (IOException e) {
            // the client is gone: nobody is left to tell
        } finally {
            close(both);
        }
    }

    private static void close(AutoCloseable both) {
        try {
            both.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
