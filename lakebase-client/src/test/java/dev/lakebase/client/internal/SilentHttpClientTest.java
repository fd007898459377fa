package dev.lakebase.client.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.databricks.sdk.core.http.Request;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SilentHttpClientTest {
    @Test
    @Timeout(20)
    void aBodyThatNeverEndsDoesNotHoldTheLoginForEver() throws IOException {
        ExecutorService threads = DaemonThreads.pool("test");
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            threads.execute(() -> answerHalf(server));
            String url = "http://127.0.0.1:" + server.getLocalPort() + "/oidc/v1/token";

            assertThatThrownBy(() ->
                            new SilentHttpClient(threads, Duration.ofMillis(300)).execute(new Request("GET", url)))
                    .isInstanceOf(HttpTimeoutException.class)
                    .hasMessageContainingAll("300 ms", "/oidc/v1/token");
        } finally {
            threads.shutdownNow();
        }
    }

    /** Headers and half a body, and then silence until the client goes away. */
    private static void answerHalf(ServerSocket server) {
        try (Socket socket = server.accept()) {
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".getBytes(StandardCharsets.US_ASCII));
            while (socket.getInputStream().read() >= 0) {}
        } catch (IOException e) {
            // the client is gone
        }
    }
}
