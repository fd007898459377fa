package dev.lakebase.jdbc.fake;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * The start of PostgreSQL's protocol, for the faults that a real server can't be made to have. Each connection follows the
 * script's step for its number (from 1); a login that succeeds can be pooled, validated and closed, not queried.
 */
public final class FakePostgres implements AutoCloseable {
    /** What happens to a connection. */
    public sealed interface Step {
        /** TLS, password, and then what the judge says. */
        record LogIn() implements Step {}

        /** TLS and the start-up packet, and then this error in place of a password request. */
        record Fail(String sqlState, String message) implements Step {}

        /** A reset instead of an answer. */
        record Reset() implements Step {}

        /** No answer, ever. */
        record Hang() implements Step {}

        /** TLS refused. */
        record NoTls() implements Step {}
    }

    /** Asked with user and password; null lets them in, else {sqlState, message}. */
    public volatile BiFunction<String, String, String[]> judge = (user, password) -> null;

    public final AtomicInteger connections = new AtomicInteger();
    /** Bytes that arrived inside TLS, or outside it after the request for TLS: nothing may, without trust. */
    public final AtomicInteger applicationBytes = new AtomicInteger();

    public final List<String> passwords = new CopyOnWriteArrayList<>();
    public final List<String> users = new CopyOnWriteArrayList<>();

    private final ServerSocket server;
    private final SSLContext tls;
    private final IntFunction<Step> script;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    public FakePostgres(int port, SSLContext tls, IntFunction<Step> script) throws IOException {
        this.server = new ServerSocket(port, 100, InetAddress.getLoopbackAddress());
        this.tls = tls;
        this.script = script;
        daemon(this::accept, "fake-postgres");
    }

    public static FakePostgres start(SSLContext tls, IntFunction<Step> script) throws IOException {
        return new FakePostgres(0, tls, script);
    }

    public static FakePostgres start(SSLContext tls) throws IOException {
        return start(tls, number -> new Step.LogIn());
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Connections open now. */
    public int openConnections() {
        return open.size();
    }

    /** Cuts all connections, as a suspend does. */
    public void cutAll() {
        open.forEach(FakePostgres::reset);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        cutAll();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                int number = connections.incrementAndGet();
                daemon(() -> serve(socket, number), "fake-postgres-" + number);
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            Step step = script.apply(number);
            var plain = new DataInputStream(socket.getInputStream());
            if (step instanceof Step.Hang) {
                plain.transferTo(ByteArrayOutputStream.nullOutputStream());
                return;
            }
            if (step instanceof Step.Reset) {
                reset(socket);
                return;
            }
            plain.readNBytes(8);
            if (step instanceof Step.NoTls) {
                socket.getOutputStream().write('N');
                applicationBytes.addAndGet(plain.readAllBytes().length);
                return;
            }
            socket.getOutputStream().write('S');
            SSLSocket secured = (SSLSocket) tls.getSocketFactory().createSocket(socket, null, socket.getPort(), false);
            secured.setUseClientMode(false);
            secured.startHandshake();
            converse(secured, step);
        } catch (IOException e) {
            // the client left, or the test cut it
        } finally {
            open.remove(socket);
        }
    }

    private void converse(SSLSocket socket, Step step) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        var out = new DataOutputStream(socket.getOutputStream());
        int length = in.readInt();
        byte[] startUp = in.readNBytes(length - 4);
        applicationBytes.addAndGet(length);
        String user = parameter(startUp, "user");
        users.add(user);
        if (step instanceof Step.Fail fail) {
            error(out, fail.sqlState(), fail.message());
            return;
        }
        out.write('R');
        out.writeInt(8);
        out.writeInt(3);
        out.flush();
        in.readByte();
        byte[] password = in.readNBytes(in.readInt() - 4);
        String text = new String(password, 0, password.length - 1, StandardCharsets.UTF_8);
        passwords.add(text);
        String[] verdict = judge.apply(user, text);
        if (verdict != null) {
            error(out, verdict[0], verdict[1]);
            return;
        }
        welcome(out);
        serveQueries(in, out);
    }

    private static void welcome(DataOutputStream out) throws IOException {
        out.write('R');
        out.writeInt(8);
        out.writeInt(0);
        status(out, "server_version", "17.4");
        status(out, "client_encoding", "UTF8");
        status(out, "DateStyle", "ISO, MDY");
        status(out, "TimeZone", "UTC");
        status(out, "integer_datetimes", "on");
        status(out, "standard_conforming_strings", "on");
        out.write('K');
        out.writeInt(12);
        out.writeInt(4711);
        out.writeInt(42);
        ready(out);
    }

    /** Answers everything with nothing, but SHOW, which a pool asks for the isolation level. */
    private static void serveQueries(DataInputStream in, DataOutputStream out) throws IOException {
        boolean show = false;
        while (true) {
            int type = in.readByte();
            byte[] body = in.readNBytes(in.readInt() - 4);
            if (type == 'P') {
                show = new String(body, StandardCharsets.UTF_8).contains("SHOW ");
            }
            if (show && type == 'D') {
                message(out, 'T', "\0\1show\0\0\0\0\0\0\0\0\0\0\31\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\0\0");
                continue;
            }
            if (show && type == 'E') {
                message(out, 'D', "\0\1\0\0\0\16read committed");
            }
            switch (type) {
                case 'Q' -> {
                    complete(out);
                    ready(out);
                }
                case 'P' -> empty(out, '1');
                case 'B' -> empty(out, '2');
                case 'D' -> empty(out, 'n');
                case 'C' -> empty(out, '3');
                case 'E' -> complete(out);
                case 'S' -> ready(out);
                case 'X' -> {
                    return;
                }
                default -> {}
            }
        }
    }

    private static void message(DataOutputStream out, char type, String latin1) throws IOException {
        byte[] body = latin1.getBytes(StandardCharsets.ISO_8859_1);
        out.write(type);
        out.writeInt(4 + body.length);
        out.write(body);
    }

    private static void complete(DataOutputStream out) throws IOException {
        byte[] tag = "SET\0".getBytes(StandardCharsets.UTF_8);
        out.write('C');
        out.writeInt(4 + tag.length);
        out.write(tag);
    }

    private static void ready(DataOutputStream out) throws IOException {
        out.write('Z');
        out.writeInt(5);
        out.write('I');
        out.flush();
    }

    private static void empty(DataOutputStream out, char type) throws IOException {
        out.write(type);
        out.writeInt(4);
    }

    private static void status(DataOutputStream out, String name, String value) throws IOException {
        byte[] body = (name + "\0" + value + "\0").getBytes(StandardCharsets.UTF_8);
        out.write('S');
        out.writeInt(4 + body.length);
        out.write(body);
    }

    private static void error(DataOutputStream out, String sqlState, String message) throws IOException {
        byte[] body = ("SFATAL\0VFATAL\0C" + sqlState + "\0M" + message + "\0\0").getBytes(StandardCharsets.UTF_8);
        out.write('E');
        out.writeInt(4 + body.length);
        out.write(body);
        out.flush();
    }

    private static String parameter(byte[] startUp, String name) {
        String[] words = new String(startUp, 4, startUp.length - 4, StandardCharsets.UTF_8).split("\0");
        int index = Arrays.asList(words).indexOf(name);
        return words[index + 1];
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // closed already
        }
    }

    private static void daemon(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
