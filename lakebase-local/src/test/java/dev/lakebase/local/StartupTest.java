package dev.lakebase.local;

import static dev.lakebase.local.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What can be sent to a gateway before a login; its own instance, for it has little patience. */
class StartupTest {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static LakebaseLocal local;
    private static int port;

    @BeforeAll
    static void start() {
        local = LakebaseLocal.builder().handshakeTimeout(PATIENCE).start();
        port = new Rest(local).gatewayPort(local.endpoint());
    }

    @AfterAll
    static void close() {
        local.close();
    }

    private static Socket open() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** All that the gateway says until it hangs up; a reset is a hang-up too. */
    private static String answerTo(byte[] bytes) throws IOException {
        try (var socket = open()) {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (SocketException e) {
            return "";
        }
    }

    private static byte[] ints(int... values) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        for (int value : values) {
            out.writeInt(value);
        }
        return bytes.toByteArray();
    }

    private static long sessionThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("lakebase-local " + local.endpoint() + " session"))
                .count();
    }

    private static void assertNoSessionIsLeft() {
        eventually(Duration.ofSeconds(20), () -> assertThat(sessionThreads()).isZero());
    }

    @Test
    void impossibleLengthsAreAnswered08P01AtOnce() throws IOException {
        for (int length : new int[] {Integer.MIN_VALUE, -1, 0, 4, 7, 10_001, Integer.MAX_VALUE}) {
            assertThat(answerTo(ints(length, 3 << 16))).as("length %d", length).contains("C08P01");
        }
        assertNoSessionIsLeft();
    }

    @Test
    void cancelRequestOfWrongLengthIsRefused() throws IOException {
        assertThat(answerTo(ints(12, 80877102, 1))).contains("C08P01");
    }

    @Test
    void gssIsDeclinedThenTlsIsTaken() throws IOException {
        try (var socket = open()) {
            socket.getOutputStream().write(ints(8, 80877104));
            assertThat(socket.getInputStream().read()).isEqualTo('N');
            socket.getOutputStream().write(ints(8, 80877103));
            assertThat(socket.getInputStream().read()).isEqualTo('S');
        }
        assertNoSessionIsLeft();
    }

    @Test
    void httpAndOtherStrangersAreTurnedAway() throws IOException {
        assertThat(answerTo("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
                .contains("C08P01");
        var random = new Random(20261123);
        for (int i = 0; i < 50; i++) {
            byte[] noise = new byte[1 + random.nextInt(200)];
            random.nextBytes(noise);
            noise[0] |= 1; // a length of 16 MB and more: an answer need not wait for the deadline
            answerTo(noise);
        }
        assertNoSessionIsLeft();
    }

    @Test
    void bytesSmuggledBehindTheTlsRequestAreNotReadAsPlainText() throws IOException {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(ints(8, 80877103));
        bytes.writeBytes(ints(8 + 12, 3 << 16));
        bytes.writeBytes("user\0eve\0\0\0\0".getBytes(StandardCharsets.US_ASCII));
        // 'S', then at most a TLS alert: no PostgreSQL message
        assertThat(answerTo(bytes.toByteArray())).startsWith("S").doesNotContain("SFATAL");
        assertNoSessionIsLeft();
    }

    @Test
    void silentSlowAndHalfDoneClientsAreCutAfterTheDeadline() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                Socket socket = open();
                sockets.add(socket);
                socket.getOutputStream().write(i % 2 == 0 ? new byte[] {0, 0} : ints(8, 80877103));
            }
            eventually(
                    Duration.ofSeconds(10), () -> assertThat(sessionThreads()).isGreaterThanOrEqualTo(20));
            for (Socket socket : sockets) {
                try {
                    while (socket.getInputStream().read() >= 0) {
                        // 'S' of those that asked for TLS
                    }
                } catch (SocketException e) {
                    // reset: cut as well
                }
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        assertNoSessionIsLeft();
    }

    @Test
    void clientsThatVanishMidLoginLeaveNothing() throws IOException {
        for (int i = 0; i < 30; i++) {
            try (var socket = open()) {
                socket.setSoLinger(true, 0);
                socket.getOutputStream().write(ints(8, 80877103));
                socket.getInputStream().read();
            }
        }
        assertNoSessionIsLeft();
    }
}
