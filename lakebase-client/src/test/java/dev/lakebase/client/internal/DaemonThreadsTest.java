package dev.lakebase.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class DaemonThreadsTest {
    static Stream<ExecutorService> threads() {
        return Stream.of(DaemonThreads.pool("test"), DaemonThreads.single("test"));
    }

    @ParameterizedTest
    @MethodSource("threads")
    void takeNothingOverFromWhoeverNeedsThemFirst(ExecutorService threads) throws Exception {
        InheritableThreadLocal<String> user = new InheritableThreadLocal<>();
        Thread mine = Thread.currentThread();
        ClassLoader before = mine.getContextClassLoader();
        try (URLClassLoader application = new URLClassLoader(new URL[0])) {
            user.set("ann");
            mine.setContextClassLoader(application);

            String seen = threads.submit(user::get).get(20, TimeUnit.SECONDS);
            ClassLoader loader = threads.submit(() -> Thread.currentThread().getContextClassLoader())
                    .get(20, TimeUnit.SECONDS);

            assertThat(seen).isNull();
            assertThat(loader).isSameAs(DaemonThreads.class.getClassLoader());
        } finally {
            mine.setContextClassLoader(before);
            user.remove();
            threads.shutdown();
        }
    }
}
