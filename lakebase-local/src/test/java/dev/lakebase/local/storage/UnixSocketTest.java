package dev.lakebase.local.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UnixSocketTest {

    private Path folder;
    private ServerSocketChannel server;
    private Socket socket;
    private SocketChannel peer;

    @BeforeEach
    void connect() throws IOException {
        folder = Folders.createTemporary(Path.of(System.getProperty("java.io.tmpdir")), "lb");
        Path path = folder.resolve("s");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        socket = new UnixSocketFactory(path.toString()).createSocket();
        peer = server.accept();
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        peer.close();
        server.close();
        Files.deleteIfExists(folder.resolve("s"));
        Files.delete(folder);
    }

    @Test
    void silentServerEndsTheReadAfterItsTimeoutAndTheSocketLivesOn() throws Exception {
        socket.setSoTimeout(20);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

        peer.write(ByteBuffer.wrap(new byte[] {(byte) 0xff}));
        assertThat(socket.getInputStream().read()).isEqualTo(255);
    }

    @Test
    void interruptionEndsTheReadAndTheSocketLivesOn() throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();

        peer.write(ByteBuffer.wrap(new byte[] {7}));
        assertThat(socket.getInputStream().read()).isEqualTo(7);
    }

    @Test
    void blockedReadDoesNotHoldUpAWriteNorAClose() throws Exception {
        CompletableFuture<Throwable> read = CompletableFuture.supplyAsync(() -> {
            try {
                return new AssertionError("read " + socket.getInputStream().read());
            } catch (IOException e) {
                return e;
            }
        });
        socket.getOutputStream().write(new byte[] {1, 2, 3});
        ByteBuffer received = ByteBuffer.allocate(3);
        while (received.hasRemaining()) {
            peer.read(received);
        }
        socket.close();
        assertThat(read.get(20, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
        assertThat(socket.isClosed()).isTrue();
    }

    @Test
    void moreThanTheBuffersHoldIsWrittenWhole() throws Exception {
        byte[] much = new byte[4 << 20];
        CompletableFuture<Void> write = CompletableFuture.runAsync(() -> {
            try {
                socket.getOutputStream().write(much);
                socket.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        long received = 0;
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        for (int n = peer.read(buffer); n >= 0; n = peer.read(buffer)) {
            received += n;
            buffer.clear();
        }
        write.get(20, TimeUnit.SECONDS);
        assertThat(received).isEqualTo(much.length);
    }
}
