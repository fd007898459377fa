package dev.lakebase.local.gateway;

import dev.lakebase.local.faults.ConnectionFault;
import dev.lakebase.local.faults.ConnectionFault.Kind;
import dev.lakebase.local.faults.FaultTable;
import dev.lakebase.local.faults.Stage;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The faults of an open session: asked before what the client sends is passed on, and before an answer is. */
final class SessionFaults {
    private static final byte TERMINATE = 'X';

    private final Interference interference;
    private final Socket client;
    /** Of what the client has sent since the last answer: strikes when the next begins. */
    private volatile FaultTable.@Nullable Struck<ConnectionFault> atAnswer;

    private volatile String lastSent = "";
    private volatile boolean silent;

    SessionFaults(Interference interference, Socket client) {
        this.interference = interference;
        this.client = client;
    }

    /** Blocks, or ends the connection, if a fault says so. */
    void beforeQuery(byte[] bytes, int length) throws IOException {
        if (silent || bytes[0] == TERMINATE || interference.isCalm()) {
            return;
        }
        String sent = new String(bytes, 0, length, StandardCharsets.UTF_8);
        lastSent = sent;
        interference.delay(Stage.QUERY, sent, () -> {});
        var struck = interference.find(Stage.QUERY, sent);
        if (struck != null) {
            silent = true;
            if (struck.fault().kind() == Kind.TERMINATED) {
                client.getOutputStream().write(terminated().toMessage());
                client.close();
                throw new Interference.StruckException(struck.injected());
            }
            interference.end(struck);
        }
        if (atAnswer == null) { // a query may come in pieces
            atAnswer = interference.find(Stage.ANSWER, sent);
        }
    }

    private static Refusal terminated() {
        return new Refusal(
                "57P01",
                "terminating connection due to administrator command",
                "The compute was restarted or suspended. Connect again.");
    }

    /** Blocks, or ends the connection, if a fault says so. */
    void beforeAnswer() throws IOException {
        var struck = atAnswer;
        if (struck != null) {
            atAnswer = null;
            silent = true;
            interference.endWhileReading(struck);
        }
        if (!lastSent.isEmpty()) {
            String sent = lastSent;
            lastSent = "";
            interference.delay(Stage.ANSWER, sent, () -> {});
        }
    }

    /** Whether nothing is to pass any more, in either direction. */
    boolean isSilent() {
        return silent;
    }
}
