package dev.lakebase.local.gateway;

import dev.lakebase.local.faults.ConnectionFault;
import dev.lakebase.local.faults.ConnectionFault.Kind;
import dev.lakebase.local.faults.FaultTable;
import dev.lakebase.local.faults.InjectedFault;
import dev.lakebase.local.faults.Stage;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes the faults of one connection happen. */
final class Interference {
    /** How late a silent connection may notice that it may end. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private final FaultTable faults;
    private final String endpoint;
    private final Socket socket;

    /** @param socket below TLS: a reset or a silence says no goodbye */
    Interference(FaultTable faults, String endpoint, Socket socket) {
        this.faults = faults;
        this.endpoint = endpoint;
        this.socket = socket;
    }

    /** The connection was ended on purpose. The message says by which fault. */
    static final class StruckException extends IOException {
        private static final long serialVersionUID = 1;

        StruckException(InjectedFault fault) {
            super(fault.toString());
        }
    }

    /**
     * Lets the connection pass this moment, late perhaps, or ends it.
     *
     * @param struck called before anything happens
     */
    void at(Stage stage, Runnable struck) throws IOException {
        delay(stage, "", struck);
        var fault = find(stage, "");
        if (fault != null) {
            struck.run();
            end(fault);
        }
    }

    /** Whether there is no fault at all. */
    boolean isCalm() {
        return faults.isEmpty();
    }

    /** Blocks if a latency strikes at this moment. */
    void delay(Stage stage, String sent, Runnable struck) {
        var latency = faults.connection(
                endpoint, fault -> fault.kind() == Kind.LATENCY && fault.stage() == stage && fits(fault, sent));
        if (latency != null) {
            struck.run();
            latency.injected().awaitClear(Objects.requireNonNull(latency.fault().duration()));
        }
    }

    /** A reset, a silence or, at QUERY, an end of the session that strikes now; null if none does. */
    FaultTable.@Nullable Struck<ConnectionFault> find(Stage stage, String sent) {
        return faults.connection(
                endpoint,
                fault -> fits(fault, sent)
                        && (fault.kind() == Kind.TERMINATED
                                ? stage == Stage.QUERY
                                : fault.stage() == stage && fault.kind() != Kind.LATENCY));
    }

    private static boolean fits(ConnectionFault fault, String sent) {
        return fault.whenSent().isEmpty()
                || sent.toLowerCase(Locale.ROOT).contains(fault.whenSent().toLowerCase(Locale.ROOT));
    }

    /** A fault of this kind, if it strikes now. */
    FaultTable.@Nullable Struck<ConnectionFault> find(Kind kind) {
        return find(fault -> fault.kind() == kind);
    }

    /** A fault that fits, if it strikes now. */
    FaultTable.@Nullable Struck<ConnectionFault> find(Predicate<ConnectionFault> which) {
        return faults.connection(endpoint, which);
    }

    /** Resets the connection, or keeps it open and silent until somebody ends it. Never returns normally. */
    void end(FaultTable.Struck<ConnectionFault> struck) throws StruckException, IOException {
        if (struck.fault().kind() == Kind.SILENCE) {
            hang(struck.injected());
        } else {
            reset();
        }
        throw new StruckException(struck.injected());
    }

    /** The same on a connection that another thread reads, and closes when the client goes. */
    void endWhileReading(FaultTable.Struck<ConnectionFault> struck) throws StruckException, IOException {
        if (struck.fault().kind() == Kind.SILENCE) {
            while (!struck.injected().awaitClear(LOOK) && !socket.isClosed()) {
                // the client may wait as long as it likes
            }
        } else {
            reset();
        }
        throw new StruckException(struck.injected());
    }

    private void reset() throws IOException {
        socket.setSoLinger(true, 0); // RST in place of FIN
        socket.close();
    }

    private void hang(InjectedFault fault) throws IOException {
        socket.setSoTimeout((int) LOOK.toMillis());
        byte[] unread = new byte[1024];
        while (!fault.awaitClear(Duration.ZERO)) {
            try {
                if (socket.getInputStream().read(unread) < 0) {
                    return;
                }
            } catch (SocketTimeoutException e) {
                // look whether the fault was cleared
            }
        }
    }
}
