package dev.lakebase.local;

import dev.lakebase.local.api.ControlPlane;
import dev.lakebase.local.api.Principals;
import dev.lakebase.local.api.Workspace;
import dev.lakebase.local.faults.FaultTable;
import dev.lakebase.local.gateway.DatabaseTokens;
import dev.lakebase.local.gateway.GatewaySettings;
import dev.lakebase.local.gateway.RunCertificates;
import dev.lakebase.local.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one run consists of, started and stopped in the one order that works. */
record Run(
        Storage storage,
        ControlPlane controlPlane,
        Principals principals,
        ScheduledThreadPoolExecutor deadlines,
        FaultTable faults,
        Path caCertificate)
        implements AutoCloseable {
    /** A start takes well under a second; recovery after a crash, on a loaded machine, may take many. */
    private static final Duration WAKE_TIMEOUT = Duration.ofMinutes(1);

    /** Leaves nothing behind if it fails. */
    static Run start(
            @Nullable Path dataDirectory,
            boolean warmStandbys,
            int port,
            Workspace workspace,
            Principals principals,
            Duration handshakeTimeout,
            InstantSource clock,
            FaultTable faults,
            Consumer<String> progress,
            Consumer<String> log) {
        var deadlines = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, "lakebase-local deadlines");
            thread.setDaemon(true);
            return thread;
        });
        deadlines.setRemoveOnCancelPolicy(true);
        ControlPlane controlPlane = null;
        Storage storage = null;
        Run started = null;
        try {
            controlPlane = new ControlPlane(port, principals, faults, log);
            storage = Storage.open(dataDirectory, progress);
            if (warmStandbys) {
                storage.keepStandbys();
            }
            var certificates = RunCertificates.generate();
            Path ca = writeAuthority(certificates, storage.directory());
            var gateways = new GatewaySettings(
                    certificates,
                    new DatabaseTokens(controlPlane.host().toString(), clock),
                    principals::isBearer,
                    handshakeTimeout,
                    WAKE_TIMEOUT,
                    deadlines,
                    clock,
                    faults,
                    log);
            Path state = dataDirectory == null ? null : storage.directory().resolve("control-plane.json");
            controlPlane.start(storage, gateways, workspace, clock, state);
            started = new Run(storage, controlPlane, principals, deadlines, faults, ca);
            return started;
        } finally {
            if (started == null) {
                close(controlPlane, storage, deadlines);
            }
        }
    }

    private static Path writeAuthority(RunCertificates certificates, Path directory) {
        try {
            // a data folder has it from the last run; its authority is another
            Path folder = Files.createDirectories(
                    directory.resolve("tls"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return certificates.writeAuthority(folder.resolve("ca.pem"));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the certificate authority could not be written below " + directory + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        faults.clear(); // calls and logins that wait for nothing else
        close(controlPlane, storage, deadlines);
    }

    private static void close(
            @Nullable ControlPlane controlPlane, @Nullable Storage storage, ScheduledThreadPoolExecutor deadlines) {
        try {
            if (controlPlane != null) {
                controlPlane.close();
            }
            if (storage != null) {
                storage.close();
            }
            if (controlPlane != null) {
                controlPlane.awaitOperations();
            }
        } finally {
            deadlines.shutdownNow();
        }
    }
}
