package dev.lakebase.local.gateway;

import dev.lakebase.local.faults.ConnectionFault.Kind;
import dev.lakebase.local.faults.Stage;
import dev.lakebase.local.storage.StorageException;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** One client from accept to close: requests before TLS, TLS, login, then {@link Splice}. */
final class ClientConnection implements Runnable, AutoCloseable {
    private final GatewaySettings settings;
    private final Target target;
    private final Compute compute;
    private final Socket socket;
    private final Interference interference;
    private final Runnable onEnd;
    private volatile @Nullable SocketChannel backend;
    private volatile boolean closed;
    private volatile boolean timedOut;

    ClientConnection(GatewaySettings settings, Target target, Socket socket, Runnable onEnd) {
        this.settings = settings;
        this.target = target;
        this.compute = target.compute();
        this.socket = socket;
        this.interference = new Interference(settings.faults(), target.endpoint(), socket);
        this.onEnd = onEnd;
    }

    @Override
    public void run() {
        try (this) {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            converse();
        } catch (Interference.StruckException e) {
            log("struck by " + e.getMessage());
        } catch (IOException e) {
            if (timedOut) {
                log("gave up: no complete login within "
                        + settings.handshakeTimeout().toMillis() + " ms");
            } else if (!closed) {
                log("hung up: " + Refusal.printable(String.valueOf(e.getMessage())));
            }
        } finally {
            onEnd.run();
        }
    }

    private void converse() throws IOException {
        var deadline = settings.scheduler()
                .schedule(this::timeOut, settings.handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS);
        Runnable heard = () -> deadline.cancel(false);
        try {
            interference.at(Stage.CONNECT, heard);
            InputStream rawIn = socket.getInputStream();
            OutputStream rawOut = socket.getOutputStream();
            StartupPacket packet;
            try {
                packet = StartupPacket.read(new DataInputStream(rawIn));
                if (packet.code() == StartupPacket.GSS_REQUEST) {
                    rawOut.write('N');
                    packet = StartupPacket.read(new DataInputStream(rawIn));
                }
                if (packet.code() == StartupPacket.CANCEL_REQUEST) {
                    cancel(packet);
                    return;
                }
                if (packet.code() == StartupPacket.SSL_REQUEST && interference.find(Kind.NO_TLS) != null) {
                    log("TLS declined by a fault");
                    rawOut.write('N');
                    welcome(socket, heard);
                    return;
                }
                if (packet.code() != StartupPacket.SSL_REQUEST) {
                    throw Refusal.invalidAuthorization(
                            "connections without TLS are refused",
                            "Use sslmode=verify-full with the certificate authority of this run (PGSSLROOTCERT).");
                }
            } catch (Refusal refusal) {
                refuse(refusal, rawOut);
                return;
            }
            rawOut.write('S');
            interference.at(Stage.TLS, heard);
            var tls = (SSLSocket) tlsContext().getSocketFactory().createSocket(socket, null, true);
            tls.setUseClientMode(false);
            tls.startHandshake();
            welcome(tls, heard);
        } finally {
            deadline.cancel(false);
        }
    }

    private SSLContext tlsContext() {
        var wrong = interference.find(Kind.CERTIFICATE);
        if (wrong == null) {
            return settings.certificates().tls();
        }
        var certificate = Objects.requireNonNull(wrong.fault().certificate());
        log("shows a certificate that is " + certificate);
        return settings.certificates().tls(certificate);
    }

    /** @param client TLS, as a rule */
    private void welcome(Socket client, Runnable heard) throws IOException {
        var in = client.getInputStream();
        var out = client.getOutputStream();
        boolean counted = false;
        try {
            var data = new DataInputStream(in);
            StartupPacket packet = StartupPacket.read(data);
            if (packet.code() == StartupPacket.CANCEL_REQUEST) {
                cancel(packet);
                return;
            }
            Map<String, String> parameters = packet.parameters();
            var login = new Login(settings, target, interference);
            compute.sessionStarted();
            counted = true;
            boolean asleep = !compute.isRunning();
            Login.Admission admission = login.admit(packet, parameters, data, out, heard);
            SocketChannel channel = connectBackend(admission.readOnly());
            channel.write(ByteBuffer.wrap(StartupPacket.forBackend(parameters)));
            log("login " + Refusal.printable(admission.user()) + " to "
                    + Refusal.printable(parameters.getOrDefault("database", admission.user()))
                    + (admission.readOnly() ? ", read-only" : "") + (asleep ? ", woke the compute" : ""));
            var faults = new SessionFaults(interference, client);
            new Splice(client, channel, faults, () -> compute.sent(admission.readOnly()), this::log).run(this);
        } catch (Refusal refusal) {
            refuse(refusal, out);
            client.close();
        } catch (StorageException e) {
            refuse(Refusal.cannotConnectNow("the compute could not be started: " + e.getMessage()), out);
            client.close();
        } finally {
            if (counted) {
                compute.sessionEnded();
            }
        }
    }

    private SocketChannel connectBackend(boolean readOnly) throws IOException, Refusal {
        SocketChannel channel = compute.connect(readOnly, settings.wakeTimeout());
        backend = channel;
        if (closed) {
            channel.close(); // close() may have come between the two lines above
        }
        return channel;
    }

    /** PostgreSQL itself checks the key; it can only know keys of its own sessions, so another endpoint's are void here. */
    private void cancel(StartupPacket packet) throws IOException {
        for (SocketChannel each : compute.connectToCancel()) {
            try (SocketChannel channel = each) {
                backend = channel;
                channel.write(ByteBuffer.wrap(packet.toCancelRequest()));
                // the client takes our close as "done", so wait for the backend's
                channel.read(ByteBuffer.allocate(1));
            }
        }
        log("cancel request passed on");
    }

    private void refuse(Refusal refusal, OutputStream out) throws IOException {
        log("refused " + refusal.sqlState() + ": " + refusal.getMessage());
        out.write(refusal.toMessage());
        out.flush();
    }

    private void log(String what) {
        settings.log().accept(target.endpoint() + (target.pooled() ? " (pooler): " : ": ") + what);
    }

    private void timeOut() {
        timedOut = true;
        close();
    }

    /** Ends the conversation now, from any thread. */
    @Override
    public void close() {
        closed = true;
        // the raw socket first: closing TLS waits for a blocked writer
        closeQuietly(socket);
        SocketChannel channel = backend;
        if (channel != null) {
            closeQuietly(channel);
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // it is closed as far as we are concerned
        }
    }
}
