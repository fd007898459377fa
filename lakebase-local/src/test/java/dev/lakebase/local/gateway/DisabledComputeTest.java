package dev.lakebase.local.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lakebase.local.faults.FaultTable;
import dev.lakebase.local.storage.Server;
import dev.lakebase.local.storage.Storage;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A login and a disable at the same time. */
class DisabledComputeTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Each of its starts meets somebody who disables the endpoint, in another thread. */
    private static final class MetByADisable implements Server {
        private final List<Thread> disablers = new ArrayList<>();
        private volatile Runnable disable = () -> {};
        private volatile boolean running;

        @Override
        public void start(Duration timeout) {
            var disabler = new Thread(disable);
            disablers.add(disabler);
            disabler.start();
            while (disabler.isAlive() && disabler.getState() != Thread.State.WAITING) {
                Thread.onSpinWait(); // until it is done, or waits for the login to be
            }
            running = true;
        }

        @Override
        public void suspend() {
            running = false;
        }

        @Override
        public boolean isRunning() {
            return running;
        }

        @Override
        public UnixDomainSocketAddress socket() {
            return UnixDomainSocketAddress.of(Path.of("nobody-listens-here"));
        }

        @Override
        public Connection connect(String database) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void maxConnections(int count) {}
    }

    @Test
    void loginDoesNotStartWhatWasDisabledMeanwhile() throws Exception {
        try (Storage storage = Storage.open(null, line -> {})) {
            var replica = storage.replica(storage.createRoot("br-root"));
            var server = new MetByADisable();
            var clock = InstantSource.system();
            var faults = new FaultTable(1L, clock, line -> {});
            var compute = new Compute(server, replica, clock, faults, "projects/p/branches/b/endpoints/e");
            server.disable = () -> {
                compute.disable(true);
                compute.suspend();
            };

            assertThatThrownBy(() -> compute.connect(false, LIMIT)).hasMessageContaining("the endpoint is disabled");

            for (Thread disabler : server.disablers) {
                disabler.join(LIMIT.toMillis());
            }
            assertThat(server.disablers).isNotEmpty().noneMatch(Thread::isAlive);
            assertThat(server.isRunning()).isFalse();
        }
    }
}
