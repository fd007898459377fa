package dev.lakebase.local.gateway;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class RefusablePortTest {
    private final AtomicBoolean refused = new AtomicBoolean();

    @Test
    void whenItIsToldSoNobodyGetsThroughAndNobodyElseGetsThePort() throws Exception {
        try (var port = new RefusablePort(refused::get)) {
            var where = new InetSocketAddress(InetAddress.getLoopbackAddress(), port.port());
            var acceptor = new Thread(() -> acceptUntilClosed(port));
            acceptor.start();
            for (int round = 0; round < 500; round++) {
                connect(where);
                refused.set(true);
                port.update();
                assertThatThrownBy(() -> connect(where)).as("round %d", round).isInstanceOf(ConnectException.class);
                assertThatThrownBy(() -> bind(where)).as("round %d", round).isInstanceOf(BindException.class);
                refused.set(false);
                port.update();
            }
            port.close();
            acceptor.join();
        }
    }

    @Test
    void refusalThatEndsBeforeItHasBegunLeavesThePortOpen() throws Exception {
        var seen = new Semaphore(0);
        try (var port = new RefusablePort(() -> isRefusedAndSeen(seen))) {
            var where = new InetSocketAddress(InetAddress.getLoopbackAddress(), port.port());
            var acceptor = new Thread(() -> acceptUntilClosed(port));
            acceptor.start();
            for (int round = 0; round < 500; round++) {
                connect(where);
                seen.drainPermits();
                refused.set(true);
                var injecting = new Thread(port::update);
                injecting.start();
                seen.acquire(); // it is about to stop listening
                refused.set(false);
                port.update();
                assertThatCode(() -> connect(where)).as("round %d", round).doesNotThrowAnyException();
                injecting.join();
            }
            port.close();
            acceptor.join();
        }
    }

    private boolean isRefusedAndSeen(Semaphore seen) {
        boolean answer = refused.get();
        if (answer) {
            seen.release();
        }
        return answer;
    }

    private static void connect(InetSocketAddress where) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(where);
        }
    }

    private static void bind(InetSocketAddress where) throws IOException {
        try (var socket = new Socket()) {
            socket.bind(where);
        }
    }

    private static void acceptUntilClosed(RefusablePort port) {
        try {
            while (true) {
                port.accept().close();
            }
        } catch (IOException e) {
            // it is closed
        }
    }
}
