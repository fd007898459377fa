package dev.lakebase.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.databricks.sdk.core.http.Request;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

    static Stream<Arguments> failures() {
        return Stream.of(
                arguments(new NoClassDefFoundError(), NoClassDefFoundError.class, "NoClassDefFoundError"),
                arguments(new UncheckedIOException(new EOFException()), EOFException.class, "EOFException"),
                arguments(new IllegalStateException(), IOException.class, "IllegalStateException"));
    }

    /** On the JDK's threads, whose failures it wraps: here, by reading what is to be sent. */
    @ParameterizedTest
    @MethodSource("failures")
    @Timeout(20)
    void whatGoesWrongOnTheThreadsOfTheJdkIsSaidByItsName(Throwable thrown, Class<?> seen, String name)
            throws IOException {
        InputStream body = new FilterInputStream(InputStream.nullInputStream()) {
            @Override
            public int read(byte[] bytes, int offset, int length) {
                if (thrown instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) thrown;
            }
        };
        ExecutorService threads = DaemonThreads.pool("test");
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                SilentHttpClient client = new SilentHttpClient(threads)) {
            String url = "http://127.0.0.1:" + server.getLocalPort() + "/oidc/v1/token";

            assertThatThrownBy(() -> client.execute(new Request("POST", url, body)))
                    .isExactlyInstanceOf(seen)
                    .satisfies(failure -> assertThat(failure.toString()).contains(name));
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
