package dev.lakebase.examples.holidays;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The browser on a page that replaces all it shows for three seconds, and as quickly as it can. */
@Tag("browser")
class ChromiumTest {
    private static final String PAGE = """
            <!DOCTYPE html>
            <script>
              let clicks = 0;
              const end = Date.now() + 3000;
              function replace() {
                const over = Date.now() > end;
                document.body.outerHTML = `<body><button onclick="clicks++; replace()">More</button>
                    <p>clicked ${clicks}</p><p>${over ? 'calm' : 'busy'}</p></body>`;
                if (!over) {
                  setTimeout(replace);
                }
              }
              addEventListener('load', replace);
            </script>
            <body></body>
            """;

    @Test
    void whatIsReplacedWhileItIsLookedAtIsReadAndClickedOnce() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] page = PAGE.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
        try (var browser =
                new Chromium("http://localhost:" + server.getAddress().getPort())) {
            browser.open("/").see("clicked 0").await("button");
            for (int clicks = 1; clicks <= 3; clicks++) {
                browser.clickOn("button").see("clicked " + clicks);
            }
            browser.see("calm").see("clicked 3");
            assertThat(browser.count("button")).isOne();
            assertThat(browser.texts("p")).containsExactly("clicked 3", "calm");
        } finally {
            server.stop(0);
        }
    }
}
