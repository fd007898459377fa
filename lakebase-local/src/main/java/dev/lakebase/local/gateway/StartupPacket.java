package dev.lakebase.local.gateway;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The first packet of a connection, read with PostgreSQL's own limit on its length. */
final class StartupPacket {
    static final int SSL_REQUEST = 80877103;
    static final int GSS_REQUEST = 80877104;
    static final int CANCEL_REQUEST = 80877102;

    /** PostgreSQL's MAX_STARTUP_PACKET_LENGTH. */
    private static final int MAX_LENGTH = 10_000;

    private static final int MIN_LENGTH = 8;
    private static final int CANCEL_LENGTH = 16;
    private static final int VERSION_3_0 = 3 << 16;
    private static final String PROTOCOL_OPTION = "_pq_.";

    private final int code;
    private final byte[] body;

    private StartupPacket(int code, byte[] body) {
        this.code = code;
        this.body = body;
    }

    static StartupPacket read(DataInputStream in) throws IOException, Refusal {
        int length = in.readInt();
        if (length < MIN_LENGTH || length > MAX_LENGTH) {
            throw Refusal.protocolViolation(
                    "invalid length of start-up packet: " + Integer.toUnsignedString(length),
                    "A PostgreSQL client is expected here.");
        }
        int code = in.readInt();
        byte[] body = in.readNBytes(length - MIN_LENGTH);
        if (body.length < length - MIN_LENGTH) {
            throw new IOException("the client hung up inside its start-up packet");
        }
        if (code == CANCEL_REQUEST && length != CANCEL_LENGTH) {
            throw Refusal.protocolViolation(
                    "invalid length of cancel request: " + length, "A PostgreSQL client is expected here.");
        }
        return new StartupPacket(code, body);
    }

    /** The protocol version, or one of the request codes. */
    int code() {
        return code;
    }

    int majorVersion() {
        return code >>> 16;
    }

    int minorVersion() {
        return code & 0xffff;
    }

    /** Name and value pairs in the client's order. */
    Map<String, String> parameters() throws Refusal {
        var parameters = new LinkedHashMap<String, String>();
        var rest = ByteBuffer.wrap(body);
        while (true) {
            String name = cString(rest);
            if (name.isEmpty()) {
                break;
            }
            parameters.put(name, cString(rest));
        }
        if (rest.hasRemaining()) {
            throw Refusal.protocolViolation(
                    "invalid start-up packet: bytes after its end", "A PostgreSQL client is expected here.");
        }
        return parameters;
    }

    /** What the backend is told: protocol 3.0 and the client's parameters without protocol options. */
    static byte[] forBackend(Map<String, String> parameters) {
        var out = new ByteArrayOutputStream();
        parameters.forEach((name, value) -> {
            if (!name.startsWith(PROTOCOL_OPTION)) {
                writeCString(out, name);
                writeCString(out, value);
            }
        });
        out.write(0);
        return ByteBuffer.allocate(MIN_LENGTH + out.size())
                .putInt(MIN_LENGTH + out.size())
                .putInt(VERSION_3_0)
                .put(out.toByteArray())
                .array();
    }

    /** The cancel request as the backend expects it. */
    byte[] toCancelRequest() {
        return ByteBuffer.allocate(CANCEL_LENGTH)
                .putInt(CANCEL_LENGTH)
                .putInt(CANCEL_REQUEST)
                .put(body)
                .array();
    }

    boolean needsNegotiation(Map<String, String> parameters) {
        return minorVersion() > 0 || parameters.keySet().stream().anyMatch(name -> name.startsWith(PROTOCOL_OPTION));
    }

    /** NegotiateProtocolVersion: 3.0 is spoken here, and no protocol option is known. */
    static byte[] negotiation(Map<String, String> parameters) {
        var unknown = new ByteArrayOutputStream();
        int count = 0;
        for (String name : parameters.keySet()) {
            if (name.startsWith(PROTOCOL_OPTION)) {
                writeCString(unknown, name);
                count++;
            }
        }
        return ByteBuffer.allocate(13 + unknown.size())
                .put((byte) 'v')
                .putInt(12 + unknown.size())
                .putInt(0)
                .putInt(count)
                .put(unknown.toByteArray())
                .array();
    }

    private static String cString(ByteBuffer from) throws Refusal {
        int start = from.position();
        while (from.hasRemaining()) {
            if (from.get() == 0) {
                return new String(
                        from.array(), from.arrayOffset() + start, from.position() - start - 1, StandardCharsets.UTF_8);
            }
        }
        throw Refusal.protocolViolation(
                "invalid start-up packet: a string has no end", "A PostgreSQL client is expected here.");
    }

    private static void writeCString(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        out.write(0);
    }
}
