package dev.lakebase.local.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lakebase.local.faults.ConnectionFault;
import dev.lakebase.local.faults.FaultTable;
import dev.lakebase.local.faults.Stage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A session that has fallen silent: nothing passes any more, in neither direction. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SilentSessionTest {
    private static final String ENDPOINT = "projects/p/branches/b/endpoints/e";

    @TempDir
    private Path folder;

    private final FaultTable faults = new FaultTable(1L, InstantSource.system(), line -> {});

    /** Both ends of a session, and what is between them. */
    private final class Session implements AutoCloseable {
        private final Socket client;
        private final SocketChannel backend;
        private final SessionFaults state;
        private final CompletableFuture<Void> run;

        Session() throws IOException {
            try (var clients = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    var backends = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                var address = UnixDomainSocketAddress.of(folder.resolve("s"));
                backends.bind(address);
                client = new Socket(clients.getInetAddress(), clients.getLocalPort());
                Socket accepted = clients.accept();
                SocketChannel toBackend = SocketChannel.open(address);
                backend = backends.accept();
                state = new SessionFaults(new Interference(faults, ENDPOINT, accepted), accepted);
                var splice = new Splice(accepted, toBackend, state, () -> {}, line -> {});
                run = CompletableFuture.runAsync(() -> run(splice, accepted, toBackend));
            }
        }

        private void run(Splice splice, Socket accepted, SocketChannel toBackend) {
            try (accepted;
                    toBackend) {
                splice.run(() -> {
                    accepted.close();
                    toBackend.close();
                });
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        void sendAndReceive(String what) throws IOException {
            send(what);
            var heard = ByteBuffer.allocate(what.length());
            while (heard.hasRemaining()) {
                assertThat(backend.read(heard)).isNotNegative();
            }
            assertThat(new String(heard.array(), StandardCharsets.UTF_8)).isEqualTo(what);
        }

        void send(String what) throws IOException {
            client.getOutputStream().write(what.getBytes(StandardCharsets.UTF_8));
            client.getOutputStream().flush();
        }

        void answer() throws IOException {
            backend.write(ByteBuffer.wrap("answer".getBytes(StandardCharsets.UTF_8)));
        }

        void awaitSilence() throws InterruptedException {
            while (!state.isSilent()) {
                Thread.sleep(1);
            }
        }

        void assertNothingPasses() throws Exception {
            send("into the silence");
            client.shutdownOutput();
            assertThat(Channels.newInputStream(backend).readAllBytes()).isEmpty();
            assertThat(client.getInputStream().readAllBytes()).isEmpty();
            run.get();
        }

        @Override
        public void close() throws IOException {
            client.close();
            backend.close();
        }
    }

    @Test
    void whatTheClientSendsIntoTheSilenceDoesNotReachTheBackend() throws Exception {
        try (var session = new Session()) {
            faults.inject(ConnectionFault.silence(Stage.ANSWER).times(1));
            session.sendAndReceive("one");
            session.answer();
            session.awaitSilence();
            session.assertNothingPasses();
        }
    }

    @Test
    void silenceFallsAtTheAnswerAlsoWhenTheQueryCameInPieces() throws Exception {
        try (var session = new Session()) {
            faults.inject(ConnectionFault.silence(Stage.ANSWER).times(1));
            session.sendAndReceive("half a query");
            session.sendAndReceive(", and the rest");
            session.answer();
            session.awaitSilence();
            session.assertNothingPasses();
        }
    }
}
