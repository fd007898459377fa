package dev.lakebase.jdbc.login;

import dev.lakebase.jdbc.fake.Certificates;
import dev.lakebase.jdbc.fake.FakePostgres;
import dev.lakebase.jdbc.fake.FakePostgres.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The server and the platform of a test that says what they answer; they and what it opens are closed after it. */
public abstract class ScriptedLogins {
    protected static Certificates trusted;
    protected static Path root;

    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
    protected FakePostgres server;
    protected FakeControlPlane platform;

    @BeforeAll
    protected static void certificates(@TempDir Path folder) throws Exception {
        trusted = new Certificates();
        root = trusted.writeRoot(folder);
    }

    @AfterEach
    protected void closeAll() throws Exception {
        for (AutoCloseable each : toClose) {
            each.close();
        }
    }

    protected final void start(IntFunction<Step> script) throws IOException {
        start(FakePostgres.start(trusted.server("localhost"), script));
    }

    protected final void start(FakePostgres started) {
        server = close(started);
        platform = new FakeControlPlane("localhost", server.port());
    }

    /** After the test, before what was opened earlier. */
    protected final <T extends AutoCloseable> T close(T later) {
        toClose.push(later);
        return later;
    }
}
