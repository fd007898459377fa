package dev.lakebase.local.gateway;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A login that ends with an ErrorResponse: what the client shows its user. Carries no secret. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final String sqlState;
    private final String hint;

    Refusal(String sqlState, String message, String hint) {
        super(message);
        this.sqlState = sqlState;
        this.hint = hint;
    }

    static Refusal invalidPassword(String user, String reason, String hint) {
        return new Refusal(
                "28P01", "password authentication failed for user \"" + printable(user) + "\": " + reason, hint);
    }

    static Refusal invalidAuthorization(String message, String hint) {
        return new Refusal("28000", message, hint);
    }

    static Refusal protocolViolation(String message, String hint) {
        return new Refusal("08P01", message, hint);
    }

    static Refusal cannotConnectNow(String message) {
        return new Refusal("57P03", message, "Try again in a moment.");
    }

    /** Text from the network, safe to put into one log line. */
    static String printable(String text) {
        String shown = text.length() > 100 ? text.substring(0, 100) + "…" : text;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }

    String sqlState() {
        return sqlState;
    }

    /** The whole ErrorResponse message of the PostgreSQL protocol. */
    byte[] toMessage() {
        var fields = new ByteArrayOutputStream();
        field(fields, 'S', "FATAL");
        field(fields, 'V', "FATAL");
        field(fields, 'C', sqlState);
        field(fields, 'M', String.valueOf(getMessage()));
        field(fields, 'H', hint);
        fields.write(0);
        byte[] body = fields.toByteArray();
        return ByteBuffer.allocate(1 + 4 + body.length)
                .put((byte) 'E')
                .putInt(4 + body.length)
                .put(body)
                .array();
    }

    private static void field(ByteArrayOutputStream out, char type, String text) {
        out.write(type);
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        out.write(0);
    }
}
